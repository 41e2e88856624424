//! The projection of a cloud onto its two principal axes, a slice at a time: for long codes that takes too long for
//! the window's thread.

use crate::engine::view::PrincipalProjection;
use crate::insight::cloud::Summary;
use crate::insight::principal::{Principal, Search};

/// Numbers in a slice: a fraction of a millisecond's work.
const NUMBERS: usize = 1 << 18;

/// A projection under way.
#[derive(Debug, Default)]
pub(super) enum Projecting {
    /// Search for the axes, round by round.
    Search(Box<Search>),
    /// Project the codes.
    Places(Box<PrincipalProjection>),
    /// Done.
    Done(Box<PrincipalProjection>),
    /// None was wanted, or the codes have no two directions.
    #[default]
    Nothing,
}

impl Projecting {
    /// Begins the search at the axes of the cloud before.
    pub(super) fn new(codes: &[f32], summary: &Summary, before: Option<&Principal>) -> Self {
        Search::new(codes, summary, before).map_or(Self::Nothing, |search| Self::Search(Box::new(search)))
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Nothing)
    }

    /// The next slice.
    pub(super) fn slice(self, codes: &[f32], summary: &Summary) -> Self {
        match self {
            Self::Search(mut search) => {
                if !search.round() {
                    return Self::Search(search);
                }
                let Some(axes) = search.found() else { return Self::Nothing };
                Self::Places(Box::new(PrincipalProjection {
                    axes,
                    places: Vec::with_capacity(summary.broken.len()),
                }))
            }
            Self::Places(mut laid) => {
                let PrincipalProjection { axes, places } = &mut *laid;
                let dimensions = axes.mean.len();
                let left = codes.chunks_exact(dimensions).zip(&summary.broken).skip(places.len());
                let place = |(code, is_broken): (&[f32], &bool)| {
                    if *is_broken { [f32::NAN; 2] } else { axes.place(code) }
                };
                places.extend(left.take(NUMBERS.div_ceil(dimensions)).map(place));
                if places.len() < summary.broken.len() { Self::Places(laid) } else { Self::Done(laid) }
            }
            done => done,
        }
    }

    /// The projection, once it is done.
    pub(super) fn found(self) -> Option<PrincipalProjection> {
        if let Self::Done(projection) = self { Some(*projection) } else { None }
    }
}
