//! Images in place of the points of the cloud: as many of those that are not hidden as do not cover each other. Panning the
//! map does not change which ones these are. Those in view, and some around it, are in one texture.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::{Color32, CornerRadius, Mesh, Pos2, Rect, Shape, Vec2, pos2, vec2};

use crate::app::context::PanelContext;
use crate::app::images::Paint;
use crate::app::pictures::{HostName, image_tiles};
use crate::app::state::{BenchState, ShownRun};
use crate::data::Dataset;
use crate::gpu::Tiles;

use super::paint::Map;
use crate::app::panels::latent::cloud::looks::Looks;
use crate::app::panels::latent::cloud::motion::{Moving, between};
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::{Latent, MapTransform};

/// The most images in the texture: as many as a large map has room for.
const IMAGES: usize = 1024;
/// Images outside the map are in the texture too, up to this fraction of its size on every side, for panning.
const AROUND: f32 = 0.5;
/// Images to the right in the texture.
const COLUMNS: usize = 16;
/// About how large an image is shown, in points of the screen; larger ones are shrunk to this before.
const SIDE: f32 = 28.0;
/// How far the border in the colour of the class reaches beyond an image, in points.
const BORDER: f32 = 1.5;

/// The images that stand for the cloud.
#[derive(Debug, Default)]
pub struct Thumbnails {
    images: Arc<[u32]>,
    /// Rows of the cloud in the order in which they are placed: the classes take turns.
    order: Vec<usize>,
    /// Rows that are placed, in that order, and what that was computed from.
    placed: Option<(Basis, Vec<usize>)>,
    /// Rows whose images are in the texture, in its order, and the slot of each.
    rows: Vec<usize>,
    slots: HashMap<usize, usize>,
    /// What is on the map: points of the cloud, and where their images are.
    pub(in crate::app::panels::latent) shown: Vec<(usize, Rect)>,
}

/// Everything that the placement depends on.
#[derive(Debug)]
struct Basis {
    cloud: u64,
    looks: Arc<Looks>,
    size: [f32; 2],
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.looks, &other.looks) && (self.cloud, self.size) == (other.cloud, other.size)
    }
}

impl Thumbnails {
    /// Draws images of the cloud's points where these are.
    pub fn paint(
        &mut self,
        map: &Map<'_>,
        cx: &PanelContext<'_>,
        shown: ShownRun<'_>,
        cloud: &Cloud,
        looks: &Arc<Looks>,
        moving: Moving<'_>,
    ) {
        let bench = shown.bench;
        let (painter, transform) = (map.painter(), map.transform());
        let ppp = painter.ctx().pixels_per_point();
        let (tile, shrink) = tile(image_tiles(bench));
        // Whole pixels of an image become whole pixels of the screen.
        let magnified = (SIDE * cx.theme.scale * ppp / tile.width.max(tile.height) as f32).round().max(1.0);
        let size = vec2(tile.width as f32, tile.height as f32) * magnified / ppp;
        self.place(cloud, looks, latent_size(transform, size + Vec2::splat(2.0 * BORDER + 1.0)), bench);
        self.choose(moving, transform, size);
        let grid = tile.grid(COLUMNS, self.rows.len().div_ceil(COLUMNS).max(1));
        let name = HostName::of_run("thumbnails", shown.place());
        let atlas = cx.pictures.host(name, self.version(&bench.dataset), grid, Paint::Image, || {
            pixels(&bench.dataset, &self.images, &self.rows, shrink)
        });
        let mut mesh = Mesh::with_texture(atlas.id);
        for (row, rect) in &mut self.shown {
            let corner = pos2((rect.min.x * ppp).round(), (rect.min.y * ppp).round()) / ppp;
            *rect = Rect::from_min_size(corner, size);
            let Some(slot) = self.slots.get(row) else { continue };
            if let Some(look) = looks.points[*row] {
                painter.rect_filled(rect.expand(BORDER), CornerRadius::same(1), look.color);
            }
            let [columns, rows] = [grid.columns, grid.rows].map(|n| n as f32);
            let (column, line) = ((slot % COLUMNS) as f32, (slot / COLUMNS) as f32);
            let uv =
                Rect::from_min_size(pos2(column / columns, line / rows), vec2(1.0 / columns, 1.0 / rows));
            mesh.add_rect_with_uv(*rect, uv, Color32::WHITE);
        }
        painter.add(Shape::mesh(mesh));
    }

    /// The point whose image is under the pointer.
    pub fn at(&self, pointer: Pos2) -> Option<usize> {
        self.shown.iter().find(|(_, rect)| rect.contains(pointer)).map(|(row, _)| *row)
    }

    /// Computes which of the points that are not hidden are placed, if something has changed.
    fn place(&mut self, cloud: &Cloud, looks: &Arc<Looks>, size: [f32; 2], bench: &BenchState) {
        if self.images != cloud.images {
            self.images = Arc::clone(&cloud.images);
            self.order = bench.dataset.by_turns(&cloud.images);
            self.rows.clear();
            self.slots.clear();
        }
        let basis = Basis { cloud: cloud.version, looks: Arc::clone(looks), size };
        if self.placed.as_ref().is_some_and(|(known, _)| *known == basis) {
            return;
        }
        let place = |row: &usize| looks.points[*row].map(|_| cloud.places[*row]);
        let places: Vec<Option<Latent>> = self.order.iter().map(place).collect();
        let rows = thin(&places, size).into_iter().map(|number| self.order[number]).collect();
        self.placed = Some((basis, rows));
    }

    /// Chooses what is shown: the placed points in view. Where one is not in the texture yet, the texture is filled anew, with
    /// those around the view too.
    fn choose(&mut self, moving: Moving<'_>, transform: &MapTransform, size: Vec2) {
        self.shown.clear();
        let Some((_, placed)) = &self.placed else { return };
        let all = placed.iter().map(|row| {
            let at = between(moving.before[*row], moving.places[*row], moving.fraction);
            let at = transform.screen_from_latent(at);
            (*row, Rect::from_center_size(at, size))
        });
        self.shown.extend(all.clone().filter(|(_, rect)| rect.intersects(transform.rect)).take(IMAGES));
        if self.shown.iter().all(|(row, _)| self.slots.contains_key(row)) {
            return;
        }
        let near = transform.rect.expand2(AROUND * transform.rect.size());
        let around = all.filter(|(_, rect)| rect.intersects(near) && !rect.intersects(transform.rect));
        let rows = self.shown.iter().copied().chain(around).map(|(row, _)| row);
        self.rows = rows.take(IMAGES).collect();
        self.slots = self.rows.iter().enumerate().map(|(slot, row)| (*row, slot)).collect();
    }

    /// Another number for other images in the texture.
    fn version(&self, dataset: &Arc<Dataset>) -> u64 {
        let start = Arc::as_ptr(dataset).addr() as u64;
        self.rows.iter().fold(start, |hash, row| {
            hash.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(self.images[*row]))
        })
    }
}

/// The size of an image on the plane, in steps, so that a little zooming does not change which images are placed.
fn latent_size(transform: &MapTransform, size: Vec2) -> [f32; 2] {
    let step = |side: f32| ((side / transform.scale).log2() * 8.0).ceil() / 8.0;
    [size.x, size.y].map(|side| step(side).exp2())
}

/// Which places have room for an image of this size: each in its turn, unless it would cover an earlier one. Hidden points
/// have no place.
fn thin(places: &[Option<Latent>], [width, height]: [f32; 2]) -> Vec<usize> {
    // Two places in one cell of this size cover each other, so that a cell holds one at most.
    let mut cells: HashMap<[i64; 2], Latent> = HashMap::new();
    let mut kept = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let Some(place) = place.filter(|[x, y]| x.is_finite() && y.is_finite()) else { continue };
        let [column, row] = [(place[0] / width).floor() as i64, (place[1] / height).floor() as i64];
        let covers =
            |other: &Latent| (other[0] - place[0]).abs() < width && (other[1] - place[1]).abs() < height;
        let is_covered = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| [dx, dy])).any(|[dx, dy]| {
            cells.get(&[column.saturating_add(dx), row.saturating_add(dy)]).is_some_and(covers)
        });
        if !is_covered {
            cells.insert([column, row], place);
            kept.push(number);
        }
    }
    kept
}

/// The size of an image in the texture, and the factor by which it is shrunk.
fn tile(image: Tiles) -> (Tiles, usize) {
    let shrink = (image.width.max(image.height) as f32 / (1.25 * SIDE)).ceil().max(1.0) as u32;
    let (width, height) = ((image.width / shrink).max(1), (image.height / shrink).max(1));
    (Tiles { width, height, ..image }, shrink as usize)
}

/// The images one after the other; every pixel is the mean of `shrink` times `shrink` pixels.
fn pixels(dataset: &Dataset, images: &[u32], rows: &[usize], shrink: usize) -> Vec<f32> {
    let wanted: Vec<u32> = rows.iter().map(|row| images[*row]).collect();
    let mut values = Vec::new();
    dataset.write_f32(&wanted, &mut values);
    if shrink == 1 {
        return values;
    }
    let (height, width) = (dataset.shape.height, dataset.shape.width);
    let (low, narrow) = ((height / shrink).max(1), (width / shrink).max(1));
    let mean = |plane: &[f32], i: usize| {
        let (top, left) = (i / narrow * shrink, i % narrow * shrink);
        let within = (0..shrink * shrink).map(|k| (top + k / shrink, left + k % shrink));
        let inside = within.filter(|(y, x)| *y < height && *x < width);
        let (sum, count) = inside.fold((0.0, 0.0), |(sum, n), (y, x)| (sum + plane[y * width + x], n + 1.0));
        sum / f32::max(count, 1.0)
    };
    let planes = values.chunks_exact(height * width);
    planes.flat_map(|plane| (0..low * narrow).map(|i| mean(plane, i)).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::latent::cloud::looks::PointLook;
    use crate::data::{ImageShape, Source, load};
    use crate::document::MapView;
    use crate::engine::{CloudView, LatentPlane};

    fn scattered(count: usize) -> Vec<Option<Latent>> {
        let at = |i: usize| [3.0 * (i as f32 * 1.7).sin(), 3.0 * (i as f32 * 2.3 + 0.4).cos()];
        (0..count).map(|i| (i % 9 != 4).then(|| at(i))).collect()
    }

    #[test]
    fn images_do_not_cover_each_other_and_leave_no_room_for_another() {
        let places = scattered(400);
        let size = [0.5, 0.3];
        let kept = thin(&places, size);
        let covers = |a: Latent, b: Latent| (a[0] - b[0]).abs() < size[0] && (a[1] - b[1]).abs() < size[1];
        assert!(kept.len() > 40, "{} kept", kept.len());
        for (number, place) in places.iter().enumerate() {
            let Some(place) = *place else {
                assert!(!kept.contains(&number), "{number} is hidden");
                continue;
            };
            let others =
                kept.iter().filter(|other| **other != number && covers(place, places[**other].unwrap()));
            let is_kept = kept.contains(&number);
            assert_eq!(others.count() == 0, is_kept, "place {number} at {place:?}");
        }
        assert_eq!(thin(&[Some([f32::NAN, 0.0]), None], size), [0; 0]);
    }

    #[test]
    fn panning_and_a_little_zooming_keep_the_same_images() {
        let places = scattered(400);
        let rect = Rect::from_min_size(pos2(0.0, 0.0), Vec2::splat(500.0));
        let kept = |center: Latent, radius: f32| {
            let transform = MapTransform::new(MapView { center, radius }, rect);
            thin(&places, latent_size(&transform, Vec2::splat(31.0)))
        };
        let first = kept([0.0, 0.0], 3.0);
        assert_eq!(first, kept([1.3, -0.4], 3.0));
        assert_eq!(first, kept([0.0, 0.0], 3.01));
        assert!(first.len() < kept([0.0, 0.0], 0.5).len(), "there is more room from nearby");
        // What is kept does not cover each other on the screen either.
        let transform = MapTransform::new(MapView { center: [0.0, 0.0], radius: 3.0 }, rect);
        let [width, height] = latent_size(&transform, Vec2::splat(31.0)).map(|side| side * transform.scale);
        assert!(width >= 31.0 && height >= 31.0 && width < 34.0, "{width} x {height}");
    }

    #[test]
    fn classes_take_turns() {
        let dataset = load(&Source {
            set: "digits",
            count: 400,
            messiness: 0.5,
            held_out: 0.1,
            seed: 1,
            ..Source::default()
        })
        .unwrap();
        let images: Vec<u32> = (0..400).collect();
        let rows = dataset.by_turns(&images);
        let mut first: Vec<u8> = rows[..10].iter().map(|row| dataset.label(images[*row]).unwrap()).collect();
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<u8>>());
        let mut all = rows;
        all.sort_unstable();
        assert_eq!(all, (0..400).collect::<Vec<_>>(), "all of them are in the order");
    }

    #[test]
    fn every_placed_image_in_view_is_shown_however_many_there_are() {
        let state = crate::app::panels::latent::tests::bench(2);
        let bench = state.bench.as_ref().expect("a bench");
        // Two thousand codes of three classes on a fine grid; the first two classes are hidden.
        let codes: Arc<[f32]> = (0..2000).flat_map(|i| [(i % 50) as f32, (i / 50) as f32]).collect();
        let images: Arc<[u32]> = (0..2000).map(|i| i % 200).collect();
        let view = CloudView { images, ..CloudView::of_codes(1, 2, codes) };
        let cloud = Cloud::new(&view, &LatentPlane::of_axes([0, 1], 2, &[]), 1);
        let class = |row: usize| bench.dataset.label(cloud.images[row]).unwrap();
        let look = |row| (class(row) == 3).then_some(PointLook { color: Color32::WHITE, glyph: 3 });
        let looks = Arc::new(Looks { points: (0..2000).map(look).collect(), range: None });
        let rect = Rect::from_min_size(pos2(0.0, 0.0), Vec2::splat(500.0));
        let mut thumbnails = Thumbnails::default();
        // Near enough that every code has room.
        let transform = MapTransform::new(MapView { center: [25.0, 20.0], radius: 5.0 }, rect);
        let size = Vec2::splat(20.0);
        thumbnails.place(&cloud, &looks, latent_size(&transform, size), bench);
        let moving = Moving { before: &cloud.places, places: &cloud.places, fraction: 1.0 };
        thumbnails.choose(moving, &transform, size);
        let inside = |row: &usize| rect.contains(transform.screen_from_latent(cloud.places[*row]));
        let want = (0..2000).filter(|row| class(*row) == 3).filter(inside).count();
        let got = thumbnails.shown.iter().filter(|(row, _)| inside(row)).count();
        assert!(want > 5, "only {want} of this class are in view");
        assert_eq!(got, want, "every code of the class that is not hidden has room");
        assert!(thumbnails.shown.iter().all(|(row, _)| thumbnails.slots.contains_key(row)));
    }

    #[test]
    fn large_images_are_shrunk_by_means() {
        let shape = ImageShape { height: 4, width: 4, channels: 1 };
        let images = vec![0_u8, 255, 0, 0, 255, 0, 0, 0, 255, 255, 51, 51, 255, 255, 51, 51].into();
        let source =
            Source { set: "digits", count: 60, messiness: 0.5, held_out: 0.1, seed: 1, ..Source::default() };
        let dataset = Dataset { shape, images, ..load(&source).unwrap() };
        let got = pixels(&dataset, &[0], &[0], 2);
        for (got, want) in got.iter().zip([0.5, 0.0, 1.0, 0.2]) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}");
        }
        assert_eq!(got.len(), 4);
        let (small, shrink) = tile(Tiles::single(128, 128, 3));
        assert_eq!((small.width, small.height, shrink), (32, 32, 4));
        assert_eq!(tile(Tiles::single(28, 28, 1)).1, 1);
    }
}
