//! A picture as plain data: shapes in the order in which they are painted, on a page of a given size.
//!
//! The window paints a scene; a figure is written as SVG by `Scene::to_svg`, and `Scene::to_png` rasterises that very
//! text, so that a PNG and an SVG of the same figure cannot differ. Units are pixels at scale 1 (points in the window), y
//! points down. A shape with a coordinate that is not finite is left out.

use crate::look::{ColorMap, Glyph, Rgb};

/// A rectangle on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// A rectangle from its left and top edge and its size.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether another rectangle lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Whether another rectangle has a part in common with it.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether a point lies inside.
    pub fn has(&self, [x, y]: [f64; 2]) -> bool {
        (self.x..self.right()).contains(&x) && (self.y..self.bottom()).contains(&y)
    }

    /// The same rectangle, larger by `by` on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.x - by, self.y - by, self.width + 2.0 * by, self.height + 2.0 * by)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour of the line.
    pub color: Rgb,
    /// Width of the line.
    pub width: f64,
    /// Lengths of dash and gap; `None` is a solid line.
    pub dash: Option<[f64; 2]>,
}

impl Stroke {
    /// A solid line.
    pub fn solid(color: Rgb, width: f64) -> Self {
        Self { color, width, dash: None }
    }

    /// The same line, dashed.
    pub fn dashed(self, dash: f64, gap: f64) -> Self {
        Self { dash: Some([dash, gap]), ..self }
    }
}

/// Which point of a text its x stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins at x.
    Start,
    /// The text is centred on x.
    Middle,
    /// The text ends at x.
    End,
}

/// How heavy a text is. The font that travels with the program has one light cut, so both are that cut,
/// thickened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and names.
    Strong,
}

/// How a text is set; y is its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Size of the type.
    pub size: f64,
    /// Colour of the type.
    pub color: Rgb,
    /// How heavy it is.
    pub weight: Weight,
    /// Which point its x stands for.
    pub anchor: Anchor,
}

impl TextStyle {
    /// Regular text that starts at x.
    pub fn new(size: f64, color: Rgb) -> Self {
        Self { size, color, weight: Weight::Regular, anchor: Anchor::Start }
    }

    /// The same text, heavier.
    pub fn strong(self) -> Self {
        Self { weight: Weight::Strong, ..self }
    }

    /// The same text, centred on x.
    pub fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    /// The same text, ending at x.
    pub fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }
}

/// What the bytes of a [`Pixels`] mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelLayout {
    /// One byte a pixel.
    Grey,
    /// Three bytes a pixel.
    Rgb,
}

impl PixelLayout {
    fn bytes(self) -> usize {
        match self {
            PixelLayout::Grey => 1,
            PixelLayout::Rgb => 3,
        }
    }
}

/// A picture made of pixels, row by row from the top. Its bytes always fit its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    layout: PixelLayout,
    bytes: Vec<u8>,
}

impl Pixels {
    /// A picture from its bytes. Bytes that are missing are zero, and those too many are dropped.
    pub fn new(width: u32, height: u32, layout: PixelLayout, mut bytes: Vec<u8>) -> Self {
        bytes.resize(width as usize * height as usize * layout.bytes(), 0);
        Self { width, height, layout, bytes }
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What the bytes mean.
    pub fn layout(&self) -> PixelLayout {
        self.layout
    }

    /// The bytes themselves.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// One thing that is painted.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle, its corners rounded by a radius.
    Rect {
        /// Where.
        area: Area,
        /// Radius of the corners.
        rounding: f64,
        /// Colour inside.
        fill: Option<Rgb>,
        /// Line around it.
        stroke: Option<Stroke>,
    },
    /// An open line through points.
    Polyline {
        /// The points in order.
        points: Vec<[f64; 2]>,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A circle.
    Circle {
        /// Its middle.
        center: [f64; 2],
        /// Its radius.
        radius: f64,
        /// Colour inside.
        fill: Option<Rgb>,
        /// Line around it.
        stroke: Option<Stroke>,
    },
    /// A data point.
    Marker {
        /// Its shape.
        glyph: Glyph,
        /// Its middle.
        center: [f64; 2],
        /// Half its size.
        radius: f64,
        /// Its colour.
        color: Rgb,
        /// 1 hides what is below, 0 is invisible.
        opacity: f64,
    },
    /// One line of text.
    Text {
        /// The anchor and the baseline.
        at: [f64; 2],
        /// What it says.
        text: String,
        /// How it is set.
        style: TextStyle,
    },
    /// A picture, each of its pixels a sharp rectangle.
    Image {
        /// Where.
        area: Area,
        /// The picture.
        pixels: Pixels,
    },
}

/// Words about a part of a scene, shown where something points at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// The part.
    pub area: Area,
    /// What is there.
    pub text: String,
}

/// A page and what is painted on it, first things first.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width of the page.
    pub width: u32,
    /// Height of the page.
    pub height: u32,
    /// Colour of the page.
    pub background: Rgb,
    /// What the page shows, for a screen reader and for the tab of a browser.
    pub title: String,
    shapes: Vec<Shape>,
    hints: Vec<Hint>,
}

impl Scene {
    /// An empty page; a side of zero becomes one pixel.
    pub fn new(width: u32, height: u32, background: Rgb) -> Self {
        Self {
            width: width.max(1),
            height: height.max(1),
            background,
            title: String::new(),
            shapes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// What is painted so far, in order.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// Adds any shape.
    pub fn add(&mut self, shape: Shape) -> &mut Self {
        self.shapes.push(shape);
        self
    }

    /// Adds a filled rectangle.
    pub fn rect(&mut self, area: Area, rounding: f64, fill: Rgb) -> &mut Self {
        self.add(Shape::Rect { area, rounding, fill: Some(fill), stroke: None })
    }

    /// Adds the outline of a rectangle.
    pub fn outline(&mut self, area: Area, rounding: f64, stroke: Stroke) -> &mut Self {
        self.add(Shape::Rect { area, rounding, fill: None, stroke: Some(stroke) })
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: Stroke) -> &mut Self {
        self.polyline(vec![from, to], stroke)
    }

    /// Adds an open line through points.
    pub fn polyline(&mut self, points: Vec<[f64; 2]>, stroke: Stroke) -> &mut Self {
        self.add(Shape::Polyline { points, stroke })
    }

    /// Adds the outline of a circle.
    pub fn ring(&mut self, center: [f64; 2], radius: f64, stroke: Stroke) -> &mut Self {
        self.add(Shape::Circle { center, radius, fill: None, stroke: Some(stroke) })
    }

    /// Adds a filled circle.
    pub fn circle(&mut self, center: [f64; 2], radius: f64, fill: Rgb) -> &mut Self {
        self.add(Shape::Circle { center, radius, fill: Some(fill), stroke: None })
    }

    /// Adds an opaque data point.
    pub fn marker(&mut self, glyph: Glyph, center: [f64; 2], radius: f64, color: Rgb) -> &mut Self {
        self.add(Shape::Marker { glyph, center, radius, color, opacity: 1.0 })
    }

    /// Adds one line of text; `at` is the anchor and the baseline.
    pub fn text(&mut self, at: [f64; 2], text: impl Into<String>, style: TextStyle) -> &mut Self {
        self.add(Shape::Text { at, text: text.into(), style })
    }

    /// Adds a picture. It is sharp in a PNG when a pixel of it covers a whole number of pixels of the page.
    pub fn image(&mut self, area: Area, pixels: Pixels) -> &mut Self {
        self.add(Shape::Image { area, pixels })
    }

    /// Adds words about a part.
    pub fn hint(&mut self, area: Area, text: impl Into<String>) -> &mut Self {
        self.hints.push(Hint { area, text: text.into() });
        self
    }

    /// The part at a point: its number among those that have words, and the words.
    pub fn hint_at(&self, point: [f64; 2]) -> Option<(usize, &str)> {
        let at = self.hints.iter().position(|hint| hint.area.has(point))?;
        Some((at, &self.hints[at].text))
    }

    /// The same page, its pictures of one number per pixel in other colours.
    pub fn tinted(mut self, tint: ColorMap) -> Self {
        if tint == ColorMap::Grey {
            return self;
        }
        for shape in &mut self.shapes {
            if let Shape::Image { pixels, .. } = shape
                && pixels.layout == PixelLayout::Grey
            {
                let colors = pixels.bytes.iter().flat_map(|byte| tint.color(f32::from(*byte) / 255.0));
                let colors = colors.collect();
                *pixels = Pixels::new(pixels.width, pixels.height, PixelLayout::Rgb, colors);
            }
        }
        self
    }
}
