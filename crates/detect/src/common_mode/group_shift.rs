//! All peers of a group at one commit: whether most of them moved together.
//!
//! Example: of five backends four are 20 % to 30 % slower than just before and one is unchanged.
//! Four of five moved along with the median shift of 22 %: a common shift.

use model::policy::KAnomaly;

use super::member::{MemberShift, MemberState};
use super::{MIN_SHARE_OF_SHIFT, SLACK};
use crate::stats::{median, median_in_place};

/// Standard deviations of the newest runs' median that a peer must have moved to count.
const MIN_NOISE_MULTIPLE: f64 = 1.3;

/// All peers at one commit.
pub(crate) struct GroupShift {
    pub active: usize,
    /// Peers that moved with the rest, beyond their noise.
    pub moved_peers: usize,
    /// Peers beyond their own thresholds.
    peers_beyond_threshold: usize,
    /// Median excess of the peers.
    pub shift: f64,
}

/// Median excess and threshold of a peer's series.
#[derive(Clone, Copy)]
struct PeerShift {
    shift: f64,
    threshold: f64,
}

impl GroupShift {
    /// None where too few peers have runs, or where nothing goes on and most do not move or go
    /// their own ways: their noise is not needed then.
    pub(crate) fn of(
        moves: &[MemberShift],
        states: &[MemberState],
        policy: &KAnomaly,
        ongoing: bool,
    ) -> Option<Self> {
        let peer = |it: &MemberShift| states[it.member].peer;
        let mut moves: Vec<&MemberShift> = moves.iter().collect();
        moves.sort_by_key(|it| peer(it));
        let peers = || moves.chunk_by(|one, other| peer(one) == peer(other));
        let active = peers().count();
        if active < policy.min_active_backends as usize {
            return None;
        }
        // A peer has one vote, however many series it has: the median of them.
        let typical = |of_peer: &[&MemberShift], what: &dyn Fn(&MemberShift) -> f64| match of_peer {
            [one] => what(one),
            many => {
                let mut values: Vec<f64> = many.iter().map(|it| what(it)).collect();
                median_in_place(&mut values).unwrap_or(0.0)
            }
        };
        let each: Vec<PeerShift> = peers()
            .map(|of_peer| PeerShift {
                shift: typical(of_peer, &|it| it.shift),
                threshold: typical(of_peer, &|it| states[it.member].threshold),
            })
            .collect();
        let excess = median(&each.iter().map(|it| it.shift).collect::<Vec<_>>())?;
        let sign = excess.signum();
        let beyond = each.iter().filter(|it| sign * it.shift >= it.threshold - SLACK).count();
        // A peer that moved a little in the same direction by chance did not move along.
        let along = |it: &&PeerShift| sign * it.shift >= MIN_SHARE_OF_SHIFT * excess.abs();
        let most = each.iter().filter(along).count();
        if !ongoing && (2 * beyond < active || !is_share_reached(most, active, policy)) {
            return None;
        }
        // The upper bound of the noise takes no sorting and settles most cases.
        let clear = |(it, of_peer): &(&PeerShift, &[&MemberShift])| {
            let beyond = |noise: f64| sign * it.shift > MIN_NOISE_MULTIPLE * noise;
            let at_most = |it: &MemberShift| {
                it.standard_error_factor * states[it.member].max_sigma_before(it.from)
            };
            let noise = |it: &MemberShift| {
                it.standard_error_factor * states[it.member].sigma_before(it.from)
            };
            beyond(typical(of_peer, &at_most)) || beyond(typical(of_peer, &noise))
        };
        let moved = each.iter().zip(peers()).filter(|(it, _)| along(it)).filter(clear).count();
        Some(Self { active, moved_peers: moved, peers_beyond_threshold: beyond, shift: excess })
    }

    /// Most peers moved together. Half of them beyond their thresholds at least: moves that
    /// would fail nobody are no news.
    pub(crate) fn is_common(&self, policy: &KAnomaly) -> bool {
        let together = is_share_reached(self.moved_peers, self.active, policy);
        together && 2 * self.peers_beyond_threshold >= self.active && self.shift != 0.0
    }
}

/// Whether so many of the peers are the policy's share of them.
fn is_share_reached(moved: usize, active: usize, policy: &KAnomaly) -> bool {
    moved as f64 / active as f64 + 1e-9 >= policy.threshold_ratio
}
