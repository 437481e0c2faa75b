//! Secrets in text that people write: what looks like one becomes `***` before it is written or
//! shown.
//!
//! ```text
//! see ghp_16C7e42F292c6912E7710c838347Ae178B4a   see ***
//! curl https://ada:hunter2@ci.example/           curl https://***@ci.example/
//! password=hunter2, Bearer abc123def             password=***, Bearer ***
//! ```
//!
//! A secret is known by its form alone: the beginning of a well-known kind of token, a JSON web
//! token, the user part of an address, the path of a webhook, and what follows the name of a secret
//! or `bearer`. Rather too much is masked than too little. An id of a commit stays: randomness
//! alone is no sign. Masking a second time changes nothing. Rejects no text.

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// How tokens of well-known services begin (their own documentation, 2026).
const TOKEN_STARTS: [&str; 32] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glcbt-",
    "glptt-",
    "glft-",
    "glimt-",
    "glagent-",
    "gloas-",
    "glsoat-",
    "glffct-",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxe.",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "sk-",
    "npm_",
    "pypi-",
    "hf_",
];
/// A shorter word with such a beginning is a word.
const MIN_TOKEN_CHARS: usize = 20;
/// Each of the three parts of a JSON web token is at least this long; its first begins with `{"`
/// in Base64.
const JWT_START: &str = "eyJ";
const MIN_JWT_PART_CHARS: usize = 8;
/// Whoever knows what follows these in an address can write there (Slack, Discord).
const WEBHOOK_PATHS: [&str; 3] = ["hooks.slack.com/", "/api/webhooks/", "hooks.slack-gov.com/"];
/// Ends of the names whose value is a secret, in lower case, with `_` for `-`.
const SECRET_NAMES: [&str; 13] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "credential",
    "credentials",
];
/// The word after these is a secret from this length on: `bearer of news` is prose.
const SCHEME: &str = "bearer";
const MIN_BEARER_CHARS: usize = 6;

/// What the words before a word say about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// The name of a secret, without a sign.
    Name,
    /// The name of a secret, and `=` or `:`.
    Sign,
    Bearer,
}

/// The text with every secret masked.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = Before::Nothing;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end_matches(char::is_whitespace);
        let blank = &piece[word.len()..];
        // Two blanks in a row: the word before still counts.
        if word.is_empty() {
            out.push_str(blank);
            continue;
        }
        let is_secret = match before {
            Before::Sign => true,
            Before::Bearer => bare(word).chars().count() >= MIN_BEARER_CHARS,
            Before::Name | Before::Nothing => false,
        };
        // A scheme stands before the secret: `token: Bearer abc`.
        if is_secret && !ends_with_scheme(word) {
            push_masked(&mut out, word, bare(word));
            before = Before::Nothing;
        } else {
            out.push_str(&mask_word(word));
            before = after(word, before);
        }
        out.push_str(blank);
    }
    out
}

/// What a word says about the next one.
fn after(word: &str, before: Before) -> Before {
    let is_sign = word == "=" || word == ":" || word == ":=";
    let name = word.trim_end_matches(is_quote);
    let named = name.strip_suffix(['=', ':']).map(|name| name.trim_end_matches(is_quote));
    if before == Before::Name && is_sign || named.is_some_and(ends_with_secret_name) {
        Before::Sign
    } else if ends_with_scheme(word) {
        Before::Bearer
    } else if ends_with_secret_name(name) {
        Before::Name
    } else {
        Before::Nothing
    }
}

/// A word without what surrounds it in a sentence or in code.
fn bare(word: &str) -> &str {
    let around = |c: char| is_quote(c) || "()[]{}<>,;.!?".contains(c);
    word.trim_matches(around)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// A word with the part that is a secret masked.
fn push_masked(out: &mut String, word: &str, secret: &str) {
    if secret.is_empty() {
        return out.push_str(word);
    }
    let start = secret.as_ptr() as usize - word.as_ptr() as usize;
    out.push_str(&word[..start]);
    out.push_str(MASK);
    out.push_str(&word[start + secret.len()..]);
}

fn mask_word(word: &str) -> String {
    let word = mask_user_part(word);
    let word = mask_webhook(&word);
    let word = mask_named_values(&word);
    mask_tokens(&word)
}

/// `https://ada:hunter2@host/` → `https://***@host/`: a token may stand as the user, too.
fn mask_user_part(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((scheme, address)) = rest.split_once("://") {
        out.push_str(scheme);
        out.push_str("://");
        let end = address.find(['/', '?', '#', '"', '\'', '<', '>']).unwrap_or(address.len());
        rest = match address[..end].rfind('@') {
            Some(at) => {
                out.push_str(MASK);
                &address[at..]
            }
            None => address,
        };
    }
    out + rest
}

fn mask_webhook(word: &str) -> String {
    let starts = WEBHOOK_PATHS.iter().filter_map(|path| Some(word.find(path)? + path.len()));
    match starts.min() {
        Some(start) if start < word.len() => {
            let tail = &word[start..];
            let end = tail.find(|c: char| is_quote(c) || ")>,;".contains(c)).unwrap_or(tail.len());
            format!("{}{MASK}{}", &word[..start], &tail[end..])
        }
        _ => word.to_owned(),
    }
}

/// `password=hunter2` → `password=***`, also with quotes around name or value.
fn mask_named_values(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(sign) = rest.find(['=', ':']) {
        let (name, tail) = rest.split_at(sign + 1);
        out.push_str(name);
        rest = tail;
        let name = name[..sign].trim_end_matches(is_quote);
        let value = tail.trim_start_matches(|c: char| is_quote(c) || c == '=');
        let end = value.find(|c: char| is_quote(c) || ",;&)]}>".contains(c));
        let end = end.unwrap_or(value.len());
        let is_scheme = value[..end].eq_ignore_ascii_case(SCHEME);
        if ends_with_secret_name(name) && end > 0 && !is_scheme {
            out.push_str(&tail[..tail.len() - value.len()]);
            out.push_str(MASK);
            rest = &value[end..];
        }
    }
    out + rest
}

/// Whether a text ends with the name of a secret: `GITHUB_TOKEN`, `db-password`, `{"secret`.
fn ends_with_secret_name(text: &str) -> bool {
    let name = last_name(text).to_ascii_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|secret| name.ends_with(secret))
}

/// Whether the next word is a secret: `Bearer`, `authorization:bearer`.
fn ends_with_scheme(word: &str) -> bool {
    last_name(bare(word)).eq_ignore_ascii_case(SCHEME)
}

/// The name that a text ends with, in ASCII.
fn last_name(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    &text[text.trim_end_matches(is_part).len()..]
}

/// Masks tokens of well-known services and JSON web tokens within a word.
fn mask_tokens(word: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut out = String::with_capacity(word.len());
    for piece in word.split_inclusive(|c| !is_part(c)) {
        let token = piece.trim_end_matches(|c| !is_part(c));
        // A full stop ends the sentence.
        let token = token.trim_end_matches('.');
        out.push_str(if is_token(token) { MASK } else { token });
        out.push_str(&piece[token.len()..]);
    }
    out
}

fn is_token(word: &str) -> bool {
    let is_known = TOKEN_STARTS.iter().any(|start| word.starts_with(start));
    let parts: Vec<&str> = word.split('.').collect();
    let is_jwt = word.starts_with(JWT_START)
        && parts.len() >= 3
        && parts.iter().take(2).all(|part| part.len() >= MIN_JWT_PART_CHARS);
    is_known && word.len() >= MIN_TOKEN_CHARS || is_jwt
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_of_secret_is_masked_and_the_words_around_it_stay() {
        let token = format!("gh{}_{}", "p", "a1B2".repeat(9));
        let jwt = format!("{JWT_START}hbGciOiJI.eyJzdWIiOiIx.c2ln");
        for (text, masked) in [
            (format!("see ({token}), ok"), "see (***), ok"),
            (format!("{token}."), "***."),
            (format!("jwt {jwt}!"), "jwt ***!"),
            (format!("a{token} stays"), "a{token} stays"),
            ("https://ada:p@ss@h.example/x".to_owned(), "https://***@h.example/x"),
            ("a://tok@h,https://u@i".to_owned(), "a://***@h,https://***@i"),
            (
                "<https://hooks.slack.com/services/T0/B0/x>,".to_owned(),
                "<https://hooks.slack.com/***>,",
            ),
            ("Authorization: bearer  abc123x, go".to_owned(), "Authorization: bearer  ***, go"),
            ("authorization:Bearer abc123x".to_owned(), "authorization:Bearer ***"),
            ("token: Bearer abc123x".to_owned(), "token: Bearer ***"),
            ("the bearer of news".to_owned(), "the bearer of news"),
            ("a&DB-PASSWORD=hunter2&b=1".to_owned(), "a&DB-PASSWORD=***&b=1"),
            ("{\"secret\":\"x y\"}".to_owned(), "{\"secret\":\"*** y\"}"),
            ("password = 'hunter2'; x".to_owned(), "password = '***'; x"),
            ("api_key:\thunter2".to_owned(), "api_key:\t***"),
            ("token=//A_+a+A, token://b".to_owned(), "token=***, token:***"),
            ("3 tokens: fine, token bucket".to_owned(), "3 tokens: fine, token bucket"),
        ] {
            assert_eq!(mask(&text), masked.replace("{token}", &token));
        }
    }

    #[test]
    fn ordinary_text_and_ids_of_commits_stay() {
        let commit = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        for text in [
            "skip  this-one,\tplease\n",
            "50% slower at 12:30, see #12 and https://example.org/a@b?c=d",
            commit,
            "",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    /// A secret, and a text that holds it.
    fn secret() -> impl Strategy<Value = (String, String)> {
        let token = (0..TOKEN_STARTS.len(), "[A-Za-z0-9]{24,40}")
            .prop_map(|(start, tail)| format!("{}{tail}", TOKEN_STARTS[start]))
            .prop_map(|token| (token.clone(), token));
        let jwt = "eyJ[A-Za-z0-9_-]{10,30}[.]eyJ[A-Za-z0-9_-]{10,30}[.][A-Za-z0-9_]{10,30}"
            .prop_map(|jwt| (jwt.clone(), jwt));
        let word = "[A-Za-z0-9+=_-]{5,20}[A-Z0-9]{3}";
        let user = (word, "[a-z]{3,6}").prop_map(|(secret, user)| {
            let text = format!("https://{user}:{secret}@host.example/x");
            (secret, text)
        });
        let bearer =
            ("[A-Za-z0-9_-]{8,40}", "bearer|Bearer|BEARER").prop_map(|(secret, scheme)| {
                let text = format!("{scheme} {secret}");
                (secret, text)
            });
        let sign = "=|:|: | = |='|: \"";
        let named = ("[A-Za-z0-9+/_-]{8,40}", 0..SECRET_NAMES.len(), "[A-Z]{0,4}_?", sign)
            .prop_map(|(secret, name, start, sign)| {
                let text = format!("{start}{}{sign}{secret}", SECRET_NAMES[name]);
                (secret, text)
            });
        prop_oneof![token, jwt, user, bearer, named]
    }

    proptest! {
        #[test]
        fn no_secret_survives_wherever_it_stands(
            (secret, text) in secret(),
            before in "(|.{0,10}[ \\n(\"'])",
            after in "(|[ \\n)\"',;].{0,10})",
        ) {
            // Signs around it may make a name or a scheme of the text before it: harmless.
            let masked = mask(&format!("{before}{text}{after}"));
            prop_assert!(!masked.contains(&secret), "{masked}");
        }

        #[test]
        fn masking_twice_changes_nothing(text in "(?s).{0,60}", (_, secret) in secret()) {
            let masked = mask(&format!("{text}{secret}{text}"));
            prop_assert_eq!(mask(&masked), masked);
        }

        #[test]
        fn words_without_a_sign_of_a_secret_stay(text in "[a-z0-9 .,;()#%\\n]{0,60}") {
            prop_assume!(!text.contains("bearer"));
            prop_assert_eq!(mask(&text), text);
        }
    }
}
