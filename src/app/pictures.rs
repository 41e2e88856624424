//! Textures: the runs' pictures, and small images that come from the host.
//!
//! Where the adapter can compute, a run's picture is a texture that the window owns and the trainer thread paints: it
//! never passes through the host. Elsewhere the latest view's pixels are uploaded. Panels see no difference: they
//! ask [`Pictures::get`] and draw what they are given. A lattice of another size gets a new texture, and the old one
//! is shown until the new one is painted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use eframe::egui::{self, ColorImage, TextureHandle, TextureId};
use eframe::egui_wgpu::RenderState;

use super::images::{Paint, image_of};
use super::state::{AppState, BenchState, RunState};
use crate::data::Dataset;
use crate::document::ImageLook;
use crate::engine::{Command, Picture, PictureId, RunId, Sheet};
use crate::gpu::{Canvas, Tiles};
use crate::look::ColorMap;

/// A texture ready to be drawn, one texel per image pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// What egui draws.
    pub id: TextureId,
    /// Width and height in texture pixels.
    pub size_px: [u32; 2],
}

/// What a panel draws onto with a shader of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plotting {
    /// What egui draws onto.
    pub format: wgpu::TextureFormat,
    /// Whether it is the processor that draws.
    pub is_software: bool,
    /// The place of the run that is drawn: each keeps what is its own on the GPU.
    pub place: usize,
}

/// The name of a texture with an image from the host, and the place of the run it belongs to where runs have their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName {
    name: &'static str,
    place: usize,
}

impl HostName {
    /// The texture of a run.
    pub fn of_run(name: &'static str, place: usize) -> Self {
        Self { name, place }
    }
}

impl From<&'static str> for HostName {
    fn from(name: &'static str) -> Self {
        Self { name, place: 0 }
    }
}

/// Every texture of the window.
pub struct Pictures {
    ctx: egui::Context,
    /// Present where the trainer thread can paint into our textures.
    painting: Option<RenderState>,
    runs: BTreeMap<PictureId, Entry>,
    look: ImageLook,
    /// Filled while panels draw, which only read; hence the cell.
    host: RefCell<BTreeMap<HostName, (u64, TextureHandle)>>,
}

/// What stands for one picture of one run.
#[derive(Default)]
struct Entry {
    /// Drawn by panels once something was painted on it.
    surface: Option<Surface>,
    /// Given to the trainer thread, not painted yet.
    waiting: Option<Surface>,
    /// Version and step of what `surface` shows.
    shows: Option<(u64, u64)>,
}

enum Surface {
    Canvas { texture: wgpu::Texture, id: TextureId },
    Uploaded(TextureHandle),
}

impl Surface {
    fn size_px(&self) -> [u32; 2] {
        match self {
            Self::Canvas { texture, .. } => [texture.width(), texture.height()],
            Self::Uploaded(handle) => handle.size().map(|n| n as u32),
        }
    }

    fn id(&self) -> TextureId {
        match self {
            Self::Canvas { id, .. } => *id,
            Self::Uploaded(handle) => handle.id(),
        }
    }
}

impl Pictures {
    /// No pictures yet. `painting` is the window's renderer where its adapter can compute.
    pub fn new(ctx: egui::Context, painting: Option<RenderState>) -> Self {
        Self { ctx, painting, runs: BTreeMap::new(), look: ImageLook::default(), host: RefCell::default() }
    }

    /// How images are drawn.
    pub fn look(&self) -> ImageLook {
        self.look
    }

    /// Draws all images in this way from now on. The commands tell the trainer thread in which colours to paint; it
    /// paints when it is asked for images again.
    pub fn look_like(&mut self, look: ImageLook) -> Vec<Command> {
        let before = std::mem::replace(&mut self.look, look);
        if before == look {
            return Vec::new();
        }
        self.host.get_mut().clear();
        let mut commands = Vec::new();
        for (PictureId { run, picture }, entry) in &mut self.runs {
            for surface in [&entry.surface, &entry.waiting].into_iter().flatten() {
                if let (Surface::Canvas { texture, id }, Some(renderer)) = (surface, &self.painting) {
                    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
                    let filter = look.magnify.filter(is_shrunk(*picture));
                    let mut register = renderer.renderer.write();
                    register.update_egui_texture_from_wgpu_texture(&renderer.device, &view, filter, *id);
                }
            }
            match entry.waiting.as_ref().or(entry.surface.as_ref()) {
                Some(Surface::Canvas { texture, .. }) if before.tint != look.tint => {
                    let canvas = Some(Canvas { texture: texture.clone(), colors: look.tint });
                    commands.push(Command::Canvas { run: *run, picture: *picture, canvas });
                }
                // What came through the host is uploaded once more.
                Some(Surface::Uploaded(_)) => entry.shows = None,
                _ => {}
            }
        }
        commands
    }

    /// Whether the trainer thread paints; otherwise pixels are uploaded from the host.
    pub fn are_painted(&self) -> bool {
        self.painting.is_some()
    }

    /// What panels can draw onto with shaders of their own; nothing where shaders may not read buffers of points.
    pub fn plotting(&self, place: usize) -> Option<Plotting> {
        let renderer = self.painting.as_ref()?;
        let adapter = &renderer.adapter;
        let can = adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::VERTEX_STORAGE);
        let is_software = adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        can.then_some(Plotting { format: renderer.target_format, is_software, place })
    }

    /// A picture of a run, once there is one.
    pub fn get(&self, run: RunId, picture: Picture) -> Option<Shown> {
        let surface = self.runs.get(&PictureId { run, picture })?.surface.as_ref()?;
        Some(Shown { id: surface.id(), size_px: surface.size_px() })
    }

    /// A small picture from the host: tiles in tensor order, painted into the texture of this name. They are
    /// uploaded only when `version` differs from that of the last call.
    pub fn host(
        &self,
        name: impl Into<HostName>,
        version: u64,
        tiles: Tiles,
        paint: Paint,
        values: impl FnOnce() -> Vec<f32>,
    ) -> Shown {
        let size = tiles.size().map(|n| n as usize);
        self.host_image(name, version, size, |tint| image_of(&tiles, paint, tint, &values()))
    }

    /// An image from the host, painted into the texture of this name; `image` is given the colours chosen for images.
    /// It is uploaded only when `version` or `size` differs from that of the last call.
    pub fn host_image(
        &self,
        name: impl Into<HostName>,
        version: u64,
        size: [usize; 2],
        image: impl FnOnce(ColorMap) -> ColorImage,
    ) -> Shown {
        let name = name.into();
        let mut host = self.host.borrow_mut();
        let size_px = size.map(|n| n as u32);
        if let Some((known, handle)) = host.get(&name)
            && *known == version
            && handle.size() == size
        {
            return Shown { id: handle.id(), size_px };
        }
        let image = image(self.look.tint);
        let id = match host.get_mut(&name) {
            Some((known, handle)) => {
                *known = version;
                handle.set(image, self.look.magnify.options());
                handle.id()
            }
            None => {
                let handle = self.ctx.load_texture(name.name, image, self.look.magnify.options());
                host.entry(name).or_insert((version, handle)).1.id()
            }
        };
        Shown { id, size_px }
    }

    /// Makes room for a bench that has just opened, and frees what belonged to runs that are gone. The commands
    /// hand the new canvases to the trainer thread.
    pub fn open(&mut self, bench: &BenchState) -> Vec<Command> {
        let gone: Vec<_> =
            self.runs.keys().filter(|id| !bench.runs.iter().any(|r| r.info.id == id.run)).copied().collect();
        for id in gone {
            self.free(id);
        }
        let mut commands = Vec::new();
        for run in &bench.runs {
            for picture in [Picture::Decoded, Picture::Difference, Picture::Reconstructions] {
                let size = tiles_of(bench, run, picture).map(|tiles| tiles.size());
                commands.extend(size.and_then(|size| self.offer(run.info.id, picture, size)));
            }
        }
        commands
    }

    /// Makes room for a sheet of this size, unless the one there fits.
    pub fn make_room(
        &mut self,
        bench: &BenchState,
        run: RunId,
        picture: Picture,
        columns: usize,
        rows: usize,
    ) -> Option<Command> {
        let size = image_tiles(bench).grid(columns, rows).size();
        let entry = self.runs.get(&PictureId { run, picture });
        // What was offered last is what the trainer paints.
        let last = entry.and_then(|entry| entry.waiting.as_ref().or(entry.surface.as_ref()));
        if last.is_some_and(|surface| surface.size_px() == size) {
            return None;
        }
        self.offer(run, picture, size)
    }

    /// Takes note of the views that have arrived: a painted canvas is shown from now on, pixels are uploaded.
    pub fn take_in(&mut self, state: &AppState) {
        let Some(bench) = &state.bench else { return };
        for run in &bench.runs {
            for picture in pictures() {
                let (Some(arrival), Some(tiles)) = (Arrival::of(run, picture), tiles_of(bench, run, picture))
                else {
                    continue;
                };
                self.take_in_one(bench, PictureId { run: run.info.id, picture }, &arrival, &tiles);
            }
        }
    }

    fn take_in_one(&mut self, bench: &BenchState, id: PictureId, arrival: &Arrival<'_>, tiles: &Tiles) {
        let entry = self.runs.entry(id).or_default();
        let stamp = (arrival.version, arrival.step);
        if entry.shows == Some(stamp) {
            return;
        }
        if entry.waiting.as_ref().is_some_and(|surface| surface.size_px() == tiles.size()) {
            let old = std::mem::replace(&mut entry.surface, entry.waiting.take());
            entry.shows = Some(stamp);
            self.release(old);
            return;
        }
        if matches!(entry.surface, Some(Surface::Canvas { .. })) {
            entry.shows = Some(stamp);
            return;
        }
        let Some(values) = arrival.values(bench) else {
            return;
        };
        // Only the rows that came: a difference has colours of its own.
        let rows = values.len() / (tiles.values() * tiles.columns as usize).max(1);
        let tiles = Tiles { rows: rows as u32, ..*tiles };
        let image = image_of(&tiles, arrival.paint(), self.look.tint, &values);
        if let Some(Surface::Uploaded(handle)) = &mut entry.surface {
            handle.set(image, self.look.magnify.options());
        } else {
            let handle = self.ctx.load_texture("picture", image, self.look.magnify.options());
            entry.surface = Some(Surface::Uploaded(handle));
        }
        entry.shows = Some(stamp);
    }

    /// A new canvas for the trainer thread to paint; none where it cannot.
    fn offer(&mut self, run: RunId, picture: Picture, size: [u32; 2]) -> Option<Command> {
        let renderer = self.painting.as_ref()?;
        let texture = canvas_texture(&renderer.device, size)?;
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let filter = self.look.magnify.filter(is_shrunk(picture));
        let id = renderer.renderer.write().register_native_texture(&renderer.device, &view, filter);
        let entry = self.runs.entry(PictureId { run, picture }).or_default();
        let canvas = Canvas { texture: texture.clone(), colors: self.look.tint };
        let unused = entry.waiting.replace(Surface::Canvas { texture, id });
        self.release(unused);
        Some(Command::Canvas { run, picture, canvas: Some(canvas) })
    }

    fn free(&mut self, id: PictureId) {
        if let Some(Entry { surface, waiting, shows: _ }) = self.runs.remove(&id) {
            self.release(surface);
            self.release(waiting);
        }
    }

    /// An uploaded texture frees itself; a registered one must be taken out of the renderer.
    fn release(&self, surface: Option<Surface>) {
        if let (Some(Surface::Canvas { id, .. }), Some(renderer)) = (surface, &self.painting) {
            renderer.renderer.write().free_texture(&id);
        }
    }
}

/// The view of a picture that arrived last.
struct Arrival<'a> {
    version: u64,
    step: u64,
    pixels: Option<&'a [f32]>,
    picture: Picture,
}

impl<'a> Arrival<'a> {
    fn of(run: &'a RunState, picture: Picture) -> Option<Self> {
        let (version, step, pixels) = match picture {
            Picture::Decoded => run.views.decoded.as_deref().map(|v| (v.version, v.step, &v.pixels)),
            Picture::Difference => {
                let compared = run.views.decoded.as_deref().filter(|view| view.compared_with.is_some());
                compared.map(|v| (v.version, v.step, &v.difference))
            }
            Picture::Lattice => run.views.lattice.as_deref().map(|v| (v.version, v.step, &v.pixels)),
            Picture::Sheet(sheet) => run.views.sheets.get(&sheet).map(|v| (v.version, v.step, &v.pixels)),
            Picture::Reconstructions => run.views.reconstructions.as_deref().map(|v| (0, v.step, &v.outputs)),
        }?;
        Some(Self { version, step, pixels: pixels.as_deref(), picture })
    }

    fn paint(&self) -> Paint {
        if self.picture == Picture::Difference { Paint::Difference } else { Paint::Image }
    }

    /// The values to upload: reconstructions stand below what they reconstruct.
    fn values(&self, bench: &BenchState) -> Option<Vec<f32>> {
        let pixels = self.pixels?;
        if self.picture != Picture::Reconstructions {
            return Some(pixels.to_vec());
        }
        let mut values = Vec::new();
        bench.dataset.write_f32(&bench.examples, &mut values);
        values.extend_from_slice(pixels);
        Some(values)
    }
}

/// Rows of the picture of reconstructions: inputs, outputs, and on a canvas their difference.
const ROWS: usize = 3;

/// Every picture a run can have.
fn pictures() -> impl Iterator<Item = Picture> {
    let sheets = Sheet::ALL.into_iter().map(Picture::Sheet);
    [Picture::Decoded, Picture::Difference, Picture::Lattice, Picture::Reconstructions]
        .into_iter()
        .chain(sheets)
}

/// How a picture of a run is laid out; a lattice as its latest view says.
fn tiles_of(bench: &BenchState, run: &RunState, picture: Picture) -> Option<Tiles> {
    let tile = image_tiles(bench);
    match picture {
        Picture::Decoded | Picture::Difference => Some(tile),
        Picture::Reconstructions => {
            (!bench.examples.is_empty()).then(|| tile.grid(bench.examples.len(), ROWS))
        }
        Picture::Lattice => {
            run.views.lattice.as_deref().map(|view| tile.grid(view.wanted.columns, view.wanted.rows))
        }
        Picture::Sheet(sheet) => {
            run.views.sheets.get(&sheet).map(|view| tile.grid(view.wanted.columns, view.wanted.rows))
        }
    }
}

/// Whether a picture's tiles are as often drawn smaller than they are as larger.
fn is_shrunk(picture: Picture) -> bool {
    matches!(picture, Picture::Lattice | Picture::Sheet(Sheet::Dimensions | Sheet::Samples))
}

/// One image of a data set.
pub fn image_tiles_of(dataset: &Dataset) -> Tiles {
    Tiles::single(dataset.shape.height, dataset.shape.width, dataset.shape.channels)
}

/// One image of the bench's data set.
pub fn image_tiles(bench: &BenchState) -> Tiles {
    image_tiles_of(&bench.dataset)
}

/// A texture the trainer writes and the window samples; none where it would be larger than the adapter allows, and
/// then the pixels come through the host.
fn canvas_texture(device: &wgpu::Device, [width, height]: [u32; 2]) -> Option<wgpu::Texture> {
    let most = device.limits().max_texture_dimension_2d;
    if width == 0 || height == 0 || width > most || height > most {
        return None;
    }
    Some(device.create_texture(&wgpu::TextureDescriptor {
        label: Some("picture of a run"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::STORAGE_BINDING | wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    }))
}
