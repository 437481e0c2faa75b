//! The signed request to an address of the user's.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::server::{Server, reply};
use super::{HEAD, Notify, clean, found, slower};

const KEY: &str = "a key of some length";

fn receiver() -> Server {
    Server::start(Box::new(|_| reply(204, "")))
}

fn notify(receiver: &Server, result: &Value) -> Notify {
    Notify::new("webhook", result)
        .env("BENCHPAGES_WEBHOOK_URL", &format!("{}/hook?token=s3cr3t", receiver.url))
        .env("BENCHPAGES_WEBHOOK_SECRET", KEY)
        .args(&["--repo", "o/r", "--pull", "7"])
}

#[test]
fn the_receiver_can_tell_that_it_is_ours_and_new() {
    let receiver = receiver();
    let mut result = found("fail", json!([slower("a")]));
    result["later"] = json!({"kept": [1, 2.5]});
    receiver.fault("POST", reply(503, "").header("retry-after", 0));
    let answer = notify(&receiver, &result).run();
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(!answer.err.contains("s3cr3t"), "{}", answer.err);
    let asked = receiver.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body);
    let id = "x-benchpages-delivery";
    assert_eq!(asked[0].header(id), asked[1].header(id), "a repeat is known by its id");
    assert_eq!(asked[1].line(), "POST /hook?token=s3cr3t");
    let time = asked[1].header("x-benchpages-timestamp");
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(format!("v1:{time}:{}", asked[1].body).as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(asked[1].header("x-benchpages-signature"), format!("sha256={hex}"));
    let body = asked[1].json();
    assert_eq!(body["result"], result);
    assert_eq!(body["result"]["candidate"], HEAD);
    assert_eq!(body["schema"], "benchpages/notify/v1");
    assert_eq!((&body["repository"], &body["pull"]), (&json!("o/r"), &json!(7)));
    assert!(body["sent"].as_str().unwrap().ends_with('Z'), "{body}");
}

#[test]
fn nothing_goes_out_unsigned_or_unencrypted_by_accident() {
    let receiver = receiver();
    let refused = |run: Notify, said: &str| {
        let answer = { run }.run();
        assert_eq!(answer.status, 2, "{}", answer.err);
        assert!(answer.err.contains(said), "{}", answer.err);
        assert!(!answer.err.contains("s3cr3t") && !answer.err.contains(KEY), "{}", answer.err);
    };
    let unsigned = notify(&receiver, &clean()).env("BENCHPAGES_WEBHOOK_SECRET", "");
    refused(unsigned, "BENCHPAGES_WEBHOOK_SECRET is not set");
    let open = notify(&receiver, &clean());
    refused(open.env("BENCHPAGES_WEBHOOK_URL", "http://hooks.example/s3cr3t"), "`https://`");
    refused(Notify::new("webhook", &clean()), "no address");
    assert_eq!(receiver.asked().len(), 0);
    let by_policy = format!("version: '1'\nnotify: {{webhook: {{url: '{}/p'}}}}\n", receiver.url);
    let answer = Notify::new("webhook", &clean())
        .file("data/policy.yml", &by_policy)
        .args(&["--unsigned"])
        .run();
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert_eq!(receiver.asked()[0].line(), "POST /p");
    assert_eq!(receiver.asked()[0].header("x-benchpages-signature"), "");
}

#[test]
fn the_proxy_of_the_environment_sees_hosts_only_and_never_this_machine() {
    let proxy = Server::start(Box::new(|_| reply(407, "")));
    let receiver = receiver();
    let through = |run: Notify| {
        let proxied = run.env("HTTPS_PROXY", &proxy.url).env("HTTP_PROXY", &proxy.url);
        proxied.env("ALL_PROXY", &proxy.url).run()
    };
    let near = through(notify(&receiver, &clean()));
    assert_eq!((near.status, proxy.asked().len(), receiver.asked().len()), (0, 0, 1));
    let far = notify(&receiver, &clean());
    let far = through(far.env("BENCHPAGES_WEBHOOK_URL", "https://hooks.example/s3cr3t"));
    assert_eq!(far.status, 2, "{}", far.err);
    assert_eq!(proxy.lines(), ["CONNECT hooks.example:443"]);
    let asked = &proxy.asked()[0];
    let seen = format!("{:?} {}", asked.headers, asked.body);
    assert!(!seen.contains("s3cr3t") && !seen.contains("benchpages-signature"), "{seen}");
}

#[test]
fn a_dry_run_shows_no_key_no_signature_and_no_address() {
    let receiver = receiver();
    let result = found("fail", json!([slower("##[error]x\n::error::y")]));
    let answer = notify(&receiver, &result).args(&["--dry-run"]).run();
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(!answer.out.contains("##[") && !answer.out.contains("\n::"), "{}", answer.out);
    assert!(answer.out.contains(&format!("POST {}/***\n", receiver.url)), "{}", answer.out);
    assert!(answer.out.contains("x-benchpages-signature: ***\n"), "{}", answer.out);
    assert!(!answer.out.contains("s3cr3t") && !answer.out.contains(KEY), "{}", answer.out);
    assert_eq!(receiver.asked().len(), 0);
}
