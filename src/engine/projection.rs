//! The codes of a cloud along the two directions in which they differ most, a slice at a time: of long codes that is
//! too much for the window's thread.

use super::view::PrincipalProjection;
use crate::insight::cloud::Summary;
use crate::insight::principal::{Principal, Search};

/// Numbers in a slice: a fraction of a millisecond's work.
const NUMBERS: usize = 1 << 18;

/// What is being done.
#[derive(Debug, Default)]
pub(super) enum Projecting {
    /// Look for the axes, round by round.
    Search(Box<Search>),
    /// See where each code lies along them.
    Places(Box<PrincipalProjection>),
    /// That came of it.
    Done(Box<PrincipalProjection>),
    /// Nobody asked, or the codes have no two directions.
    #[default]
    Nothing,
}

impl Projecting {
    /// Begins with the axes of the cloud before.
    pub(super) fn new(codes: &[f32], summary: &Summary, before: Option<&Principal>) -> Self {
        Search::new(codes, summary, before).map_or(Self::Nothing, |search| Self::Search(Box::new(search)))
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_over(&self) -> bool {
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
            Self::Places(mut along) => {
                let PrincipalProjection { axes, places } = &mut *along;
                let dimensions = axes.mean.len();
                let left = codes.chunks_exact(dimensions).zip(&summary.broken).skip(places.len());
                let place = |(code, is_broken): (&[f32], &bool)| {
                    if *is_broken { [f32::NAN; 2] } else { axes.place(code) }
                };
                places.extend(left.take(NUMBERS.div_ceil(dimensions)).map(place));
                if places.len() < summary.broken.len() { Self::Places(along) } else { Self::Done(along) }
            }
            over => over,
        }
    }

    /// What came of it.
    pub(super) fn found(self) -> Option<PrincipalProjection> {
        if let Self::Done(along) = self { Some(*along) } else { None }
    }
}
