//! The groups of a cloud's codes, found without their classes, a slice at a time.

use crate::insight::clusters::{self, KMeans, SEED, SORTED, aligned};

/// Groups of images without classes.
const GROUPS: usize = 10;
/// Numbers in a slice.
const NUMBERS: usize = 1 << 17;

/// Groups under way.
#[derive(Debug, Default)]
pub(super) enum Grouping {
    /// Search for the mean codes of the groups, round by round.
    Search(Box<KMeans>),
    /// Sort all codes.
    Sort {
        /// The mean codes.
        means: Vec<f32>,
        /// The groups of the first codes.
        groups: Vec<u8>,
    },
    /// Done.
    Done(Vec<u8>),
    /// None were wanted.
    #[default]
    Nothing,
}

impl Grouping {
    /// Begins to sort codes into as many groups as there are classes.
    pub(super) fn new(codes: &[f32], dimensions: usize, classes: usize) -> Self {
        let count = if classes < 2 { GROUPS } else { classes };
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        Self::Search(Box::new(KMeans::new(sorted(codes, dimensions), dimensions, count, SEED)))
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Nothing)
    }

    /// The next slice. Groups are numbered so that they agree best with what is known of the first images.
    pub(super) fn slice(self, codes: &[f32], dimensions: usize, known: Option<&[u8]>) -> Self {
        match self {
            Self::Search(mut search) => match search.advance(sorted(codes, dimensions)) {
                Some(found) => Self::Sort { means: found.means, groups: Vec::new() },
                None => Self::Search(search),
            },
            Self::Sort { means, mut groups } => {
                let from = groups.len() * dimensions;
                let to = codes.len().min(from + NUMBERS.div_ceil(dimensions) * dimensions);
                groups.extend(clusters::sorted(&means, &codes[from..to], dimensions));
                if to < codes.len() {
                    return Self::Sort { means, groups };
                }
                Self::Done(known.map_or(groups.clone(), |known| aligned(&groups, known)))
            }
            done => done,
        }
    }

    /// The groups, once they are found.
    pub(super) fn found(self) -> Option<Vec<u8>> {
        if let Self::Done(groups) = self { Some(groups) } else { None }
    }
}

/// The codes that the mean codes are found from.
fn sorted(codes: &[f32], dimensions: usize) -> &[f32] {
    &codes[..codes.len().min(SORTED * dimensions)]
}
