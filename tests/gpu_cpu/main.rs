//! Promises kept on both devices: the same bodies run on the CPU and on a GPU. Mesa's software adapter will do; where
//! there is no adapter at all the tests say so, and fail where `HOURGLASS_REQUIRE_GPU` is set.

#![cfg(test)]

#[path = "../common/cards.rs"]
mod cards;
mod losses;
mod pictures;
mod sensitivity;
mod tuning;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use hourglass::data::{Source, load};
use hourglass::engine::{
    BenchInfo, Command, EngineOptions, Event, FieldKind, Handle, LatentPlane, Picture, RunWants, Sheet, Turn,
    WantedField, WantedLattice, WantedPoint, WantedSheet, Wants, Worker,
};
use hourglass::gpu::painter::Placement;
use hourglass::gpu::{Canvas, ColorMap, Compute, DeviceChoice, Graphics, Painter, Tiles};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;
use hourglass::train::read::{read, reads};

struct Gpu {
    graphics: Arc<Graphics>,
    device: Device,
}

/// One device for all tests of this process, as in the program; `None` where there is no adapter.
fn gpu() -> Option<&'static Gpu> {
    static GPU: OnceLock<Option<Gpu>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        let graphics = Graphics::headless(None).ok()?;
        let compute = Compute::gpu(&graphics).expect("an adapter that Burn can use");
        Some(Gpu { graphics, device: compute.device })
    });
    if gpu.is_none() {
        assert!(
            std::env::var_os("HOURGLASS_REQUIRE_GPU").is_none(),
            "a GPU is required here, and there is no adapter"
        );
        eprintln!("skipped: there is no graphics adapter");
    }
    gpu.as_ref()
}

fn recipe(name: &str) -> Recipe {
    let mut recipe = Recipe::open(name).expect("a built-in recipe");
    let channels = if name.starts_with("unet") { "model.channels=2-3-4" } else { "model.channels=3-4" };
    for setting in ["data.count=400", "model.widths=48-24", channels, "training.batch=32"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

#[test]
fn dragging_on_a_gpu_reads_nothing_back_and_shows_what_the_cpu_decodes() {
    let Some(gpu) = gpu() else { return };
    let recipe = recipe("vae-2d");
    let options =
        EngineOptions { device: DeviceChoice::Gpu(None), graphics: Some(Arc::clone(&gpu.graphics)) };
    let (mut worker, handle) = Worker::new(options, Box::new(|| ()));
    handle.send(Command::Open { recipes: vec![recipe.clone()], playing: false }).expect("room");
    let bench = opened(&mut worker, &handle);
    let run = &bench.runs[0];
    let tiles = Tiles::single(28, 28, 1);
    let [shown, compared, wanted] = [0; 3].map(|_| canvas(&gpu.graphics, tiles));
    for (picture, canvas) in [(Picture::Decoded, &shown), (Picture::Difference, &compared)] {
        let command = Command::Canvas { run: run.id, picture, canvas: Some(canvas.clone()) };
        handle.send(command).expect("room");
    }
    // The evaluation before the first step reads; after that, a run that rests reads nothing.
    for _ in 0..20 {
        worker.turn();
    }
    let before = reads();
    let mut last = vec![];
    for number in 1..=100u64 {
        last = vec![number as f32 / 40.0 - 1.0, 0.7];
        // Every other one is compared with an image, the last one too.
        let compared_with = number.is_multiple_of(2).then_some(number as u32);
        let wanted = WantedPoint { point: last.clone(), compared_with };
        handle.want(Wants::of(run.id, RunWants { point: Some(wanted), ..RunWants::default() }));
        worker.turn();
        let view = run.views.latest().decoded.expect("an image");
        assert_eq!((&view.point, view.compared_with), (&last, compared_with));
        assert!(view.pixels.is_none() && view.difference.is_none(), "the pixels came to the host");
    }
    assert_eq!(reads() - before, 0, "dragging read from the GPU");
    let on_cpu = Learner::new(&recipe, [1, 28, 28], 10, &Device::flex());
    let want = read(on_cpu.model().decode(on_cpu.codes(&last))).expect("the CPU answers");
    compare(&texels(&gpu.graphics, &shown), &want, tiles);
    let mut other = Vec::new();
    bench.dataset.write_f32(&[100], &mut other);
    let difference: Vec<f32> = want.iter().zip(&other).map(|(y, x)| y - x).collect();
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    painter.paint_pixels(&wanted, Placement::all(tiles, ColorMap::Difference), &difference);
    for (at, (got, want)) in
        texels(&gpu.graphics, &compared).iter().zip(texels(&gpu.graphics, &wanted)).enumerate()
    {
        let far = got.iter().zip(want).map(|(got, want)| got.abs_diff(want)).max();
        assert!(far <= Some(1), "the difference at texel {at}: got {got:?}, want {want:?} ± 1");
    }
}

#[test]
fn shapes_colours_and_what_u_nets_decode_are_shown_as_the_cpu_decodes_them() {
    let Some(gpu) = gpu() else { return };
    let painter = Painter::new(&gpu.graphics).expect("compute shaders");
    let source =
        Source { set: "shapes", count: 200, messiness: 0.5, held_out: 0.1, seed: 1, ..Source::default() };
    let shapes = load(&source).expect("built in").shape.dims();
    for (name, dims) in [("vae-2d", shapes), ("vae-2d", [3, 8, 12]), ("unet-copy", [3, 8, 12])] {
        let recipe = recipe(name);
        let code: Vec<f32> = (0..recipe.model.code).map(|i| 2.0 * (i as f32 * 1.3 + 0.4).sin()).collect();
        let decoded = |device: &Device| {
            let learner = Learner::new(&recipe, dims, 10, device);
            learner.model().decode(learner.codes(&code))
        };
        let want = read(decoded(&Device::flex())).expect("the CPU answers");
        assert!(want.iter().any(|x| (x - want[0]).abs() > 0.01), "{name} {dims:?}: nothing to compare");
        let [channels, height, width] = dims;
        let tiles = Tiles::single(height, width, channels);
        let canvas = canvas(&gpu.graphics, tiles);
        let place = Placement::all(tiles, ColorMap::Grey);
        painter.paint_tensor(&canvas, place, decoded(&gpu.device)).expect("painted");
        compare(&texels(&gpu.graphics, &canvas), &want, tiles);
    }
}

/// What a run that rests answers on this device: a sheet's pixels, then every kind of field.
fn answers(device: DeviceChoice, gpu: &Gpu) -> Vec<(&'static str, Vec<f32>)> {
    let options = EngineOptions { device, graphics: Some(Arc::clone(&gpu.graphics)) };
    let (mut worker, handle) = Worker::new(options, Box::new(|| ()));
    handle.send(Command::Open { recipes: vec![recipe("vae-2d")], playing: false }).expect("room");
    let bench = opened(&mut worker, &handle);
    let run = &bench.runs[0];
    let points: Vec<f32> = (0..300).map(|i| (i as f32 * 0.7).sin() * 2.0).collect();
    let sheet = WantedSheet { sheet: Sheet::Path, columns: 15, rows: 10, points: points.into() };
    let sheets = [(Sheet::Path, sheet)].into();
    handle.want(Wants::of(run.id, RunWants { sheets, ..RunWants::default() }));
    let sheet = turned(&mut worker, || run.views.latest().sheets.get(&Sheet::Path).cloned());
    let mut answers = vec![("a sheet", sheet.pixels.as_ref().expect("there is no canvas").to_vec())];
    let plane = LatentPlane::of_axes([0, 1], 2, &[]);
    let lattice = WantedLattice { plane, x: [-2.0, 2.0], y: [-2.0, 2.0], columns: 13, rows: 11 };
    let kinds = [
        ("density", FieldKind::Density),
        ("round trip", FieldKind::RoundTrip),
        ("stretch", FieldKind::Stretch),
    ];
    for (name, kind) in kinds {
        let wanted = WantedField { kind, lattice: lattice.clone() };
        handle.want(Wants::of(run.id, RunWants { field: Some(wanted), ..RunWants::default() }));
        let field = || run.views.latest().field.filter(|view| view.wanted.kind == kind);
        answers.push((name, turned(&mut worker, field).values.to_vec()));
    }
    answers
}

#[test]
fn sheets_and_fields_agree_between_devices() {
    let Some(gpu) = gpu() else { return };
    let on_cpu = answers(DeviceChoice::Cpu, gpu);
    for ((name, want), (_, got)) in on_cpu.into_iter().zip(answers(DeviceChoice::Gpu(None), gpu)) {
        assert_eq!(got.len(), want.len(), "{name}");
        let most = want.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(most > 0.0 && want.iter().any(|x| (x - most).abs() > 1e-2 * most), "{name} is all the same");
        for (at, (got, want)) in got.iter().zip(&want).enumerate() {
            assert!((got - want).abs() < 1e-3 * most, "{name} {at}: GPU {got}, CPU {want} ± 1e-3 of {most}");
        }
    }
}

/// Turns the worker until something is there.
fn turned<T>(worker: &mut Worker, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        worker.turn();
        if let Some(answer) = look() {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(300), "what was awaited never came");
    }
}

/// Turns the worker until the bench stands; a GPU is tested before that.
fn opened(worker: &mut Worker, handle: &Handle) -> BenchInfo {
    let start = Instant::now();
    loop {
        if worker.turn() == Turn::Idle {
            worker.wait(Duration::from_millis(2));
        }
        match handle.poll() {
            Some(Event::Opened(bench)) => return bench,
            Some(Event::Refused(sentence)) => panic!("refused: {sentence}"),
            _ => assert!(start.elapsed() < Duration::from_secs(300), "the bench never opened"),
        }
    }
}

fn canvas(graphics: &Graphics, tiles: Tiles) -> Canvas {
    let [width, height] = tiles.size();
    let texture = graphics.device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::STORAGE_BINDING
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    Canvas { texture, colors: ColorMap::Grey }
}

/// The texture's texels, for the test alone; the program has no such copy.
fn texels(graphics: &Graphics, canvas: &Canvas) -> Vec<[u8; 4]> {
    let (width, height) = (canvas.texture.width(), canvas.texture.height());
    let stride = (width * 4).next_multiple_of(256);
    let Graphics { device, queue, .. } = graphics;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(stride * height),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None };
    encoder.copy_texture_to_buffer(
        canvas.texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
        canvas.texture.size(),
    );
    queue.submit([encoder.finish()]);
    buffer.slice(..).map_async(wgpu::MapMode::Read, |_| ());
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the device answers");
    let mapped = buffer.slice(..).get_mapped_range().expect("mapped");
    let rows = mapped.chunks(stride as usize);
    rows.flat_map(|row| {
        row[..width as usize * 4].chunks(4).map(|t| [t[0], t[1], t[2], t[3]]).collect::<Vec<_>>()
    })
    .collect()
}

fn compare(texels: &[[u8; 4]], numbers: &[f32], tiles: Tiles) {
    let width = (tiles.columns * tiles.width) as usize;
    let (w, h) = (tiles.width as usize, tiles.height as usize);
    for (index, texel) in texels.iter().enumerate() {
        let (x, y) = (index % width, index / width);
        let tile = (y / h) * tiles.columns as usize + x / w;
        for (channel, got) in texel.iter().take(3).enumerate() {
            let plane = if tiles.channels == 3 { channel } else { 0 };
            let at = tile * tiles.values() + plane * w * h + (y % h) * w + x % w;
            let (got, want) = (i32::from(*got), (numbers[at] * 255.0).round() as i32);
            assert!(
                (got - want).abs() <= 1,
                "texel ({x}, {y}) channel {channel}: got {got}, want {want} ± 1"
            );
        }
        assert_eq!(texel[3], 255, "texel ({x}, {y}) is not opaque");
    }
}
