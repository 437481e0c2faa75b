//! `build`.

use super::{Death, End, Moments, Run, leftovers, words};
use crate::support::{History, NOW, Site, days};

/// The site before the last one, beside the site.
const FORMER: &str = ".site.benchpages.former";

#[test]
fn a_site_whose_build_was_killed_is_the_old_one_or_the_new_one() {
    let old = days(&[100.0; 12]);
    let new = days(&[100.0; 20]);
    let expected = {
        let history = History::new();
        history.records(&new);
        history.site(&[]).snapshot()
    };
    let mut moments = Moments::new(4);
    let mut killed = 0;
    for round in 0..10 {
        let history = History::new();
        history.records(&old);
        let before = history.site(&[]).snapshot();
        history.records(&new);
        let (data, out) = (history.data(), history.out());
        let parent = out.parent().unwrap().to_owned();
        let arguments = words(&[&"build", &"--data", &data, &"--out", &out, &"--now", &NOW, &"-q"]);
        let build = Run { arguments: &arguments, variables: &[] };
        let death = match moments.death(&parent, 10_000) {
            // A site has hundreds of files: moments all along.
            Death::Changes { folder, count } => Death::Changes { folder, count: count * count },
            blocks => blocks,
        };
        killed += u32::from(build.until(&death) == End::Killed);
        let after = Site { root: out.clone() }.snapshot();
        assert!(after == before || after == expected, "round {round}: half a site, {death:?}");
        assert_eq!(build.whole(), 0);
        assert!(Site { root: out }.snapshot() == expected, "round {round}: {death:?}");
        assert_eq!(leftovers(&data), Vec::<String>::new());
        let mut beside = leftovers(&parent);
        // The site has hidden files too. The one before is kept for the next build to overwrite.
        beside.retain(|name| !name.starts_with("site/") && !name.starts_with(FORMER));
        assert!(beside.is_empty(), "{beside:?} after {death:?}");
    }
    assert!(killed >= 5, "only {killed} builds were killed");
}
