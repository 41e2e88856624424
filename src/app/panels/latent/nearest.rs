//! The image whose code is nearest to the point.

use std::collections::HashSet;
use std::sync::Arc;

use crate::app::state::ShownRun;
use crate::data::Dataset;
use crate::engine::CloudView;

use super::explorer::Explorer;
use super::plane::geometry;

/// An image stays the nearest one while its code is at most this many times as far away as the nearest: the eye sees no
/// difference.
const NEARLY: f32 = 1.25;

/// The image whose code is nearest to the point: a training image, where the cloud has any.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// Its row in the cloud.
    pub row: usize,
    /// Its index in the data set.
    pub image: u32,
}

/// What was found last.
#[derive(Debug, Default)]
pub struct NearestCache {
    found: Option<Found>,
    /// The image whose split was looked up last, and whether it is a training image.
    split: Option<(u32, bool)>,
}

/// What was found nearest to a point among some codes.
#[derive(Debug)]
struct Found {
    codes: Arc<[f32]>,
    images: Arc<[u32]>,
    /// Which rows of the cloud count.
    counts: Arc<[bool]>,
    point: Vec<f32>,
    nearest: Option<Nearest>,
    /// Whether only some codes were searched.
    is_rough: bool,
}

impl NearestCache {
    /// Whether only some of the codes were searched, so that the search is due again when the point rests.
    pub fn is_rough(&self) -> bool {
        self.found.as_ref().is_some_and(|found| found.is_rough)
    }

    /// Searches the codes of the cloud, in all of their dimensions; only where they or the point have changed. While the
    /// point moves, a part of very many codes has to do; when it rests, all of them are searched. While only the codes
    /// change, an image stays the nearest for as long as it is nearly so: it would change with every step of training.
    pub fn find(&mut self, explorer: &Explorer<'_>, shown: ShownRun<'_>, now_secs: f64) -> Option<Nearest> {
        let cloud = shown.run.views.cloud.as_deref()?;
        if cloud.dimensions != explorer.dimensions() {
            return None;
        }
        let stride = explorer.search_stride(cloud.codes.len(), now_secs);
        let point = explorer.point();
        let is_known = |found: &&Found| {
            let is_enough = stride > 1 || !found.is_rough;
            is_enough && Arc::ptr_eq(&found.codes, &cloud.codes) && found.point == point
        };
        if let Some(found) = self.found.as_ref().filter(is_known) {
            return found.nearest;
        }
        let found = self.search(cloud, point, stride, &shown.bench.dataset.split.train);
        let nearest = found.nearest;
        self.found = Some(found);
        nearest
    }

    /// What was found last.
    pub fn last(&self) -> Option<Nearest> {
        self.found.as_ref().and_then(|found| found.nearest)
    }

    fn search(&self, cloud: &CloudView, point: &[f32], stride: usize, train: &[u32]) -> Found {
        let counts = match self.found.as_ref().filter(|found| found.images == cloud.images) {
            Some(found) => Arc::clone(&found.counts),
            None => counted(&cloud.images, train),
        };
        let row =
            geometry::nearest(&cloud.codes, point, |row| row % stride == 0 && counts.get(row) == Some(&true));
        let distance_sq = |row: &usize| {
            cloud
                .codes
                .chunks_exact(point.len().max(1))
                .nth(*row)
                .map(|code| geometry::distance_sq(code, point))
        };
        let most = row.as_ref().and_then(distance_sq).map(|nearest| NEARLY * NEARLY * nearest);
        let is_nearly = |row: &usize| distance_sq(row).is_some_and(|distance| Some(distance) <= most);
        let row = self.known_row(cloud, point).filter(is_nearly).or(row);
        let nearest = row.and_then(|row| Some(Nearest { row, image: *cloud.images.get(row)? }));
        let (codes, images) = (Arc::clone(&cloud.codes), Arc::clone(&cloud.images));
        Found { codes, images, counts, point: point.to_vec(), nearest, is_rough: stride > 1 }
    }

    /// The row of the image that was nearest to this point before the codes changed.
    fn known_row(&self, cloud: &CloudView, point: &[f32]) -> Option<usize> {
        let Nearest { row, image } = self.found.as_ref().filter(|found| found.point == point)?.nearest?;
        (cloud.images.get(row) == Some(&image)).then_some(row)
    }

    /// Whether an image is a training image. The list of those is searched only for another image than the last time.
    pub fn is_training_image(&mut self, image: u32, dataset: &Dataset) -> bool {
        let known = self.split.filter(|(known, _)| *known == image);
        let (_, is_training_image) =
            *self.split.insert(known.unwrap_or_else(|| (image, dataset.split.train.contains(&image))));
        is_training_image
    }
}

/// Which images count as neighbours: training images, and all where there is none of them.
fn counted(images: &[u32], train: &[u32]) -> Arc<[bool]> {
    let train: HashSet<u32> = train.iter().copied().collect();
    let counts: Vec<bool> = images.iter().map(|image| train.contains(image)).collect();
    if counts.contains(&true) { counts.into() } else { vec![true; images.len()].into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_images_count_as_neighbours_where_there_are_any() {
        assert_eq!(counted(&[7, 3, 5], &[5, 3])[..], [false, true, true]);
        assert_eq!(counted(&[7, 9], &[5, 3])[..], [true, true], "a cloud of held-out images");
    }
}
