//! A scene as SVG text: compact, the same bytes every time, and safe whatever a title or a class name holds.
//!
//! Only plain shapes are used, no style sheets, symbols or filters, so that slide and drawing programs read the
//! file as browsers do. Text stays text: it can be searched and edited. The font is named first, and any plain
//! sans-serif stands in for it.

use std::fmt::Write as _;

use base64::Engine as _;
use image::ImageEncoder as _;

use super::font;
use crate::chart::scene::{Anchor, Area, PixelLayout, Pixels, Scene, Shape, Stroke, TextStyle, Weight};
use crate::look::{Glyph, Rgb};

impl Scene {
    /// The figure as SVG text. The same scene always gives the same bytes.
    pub fn to_svg(&self) -> String {
        write(self)
    }
}

/// Writes the whole document.
fn write(scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{}\">\n",
        font::FAMILIES
    );
    if !scene.title.is_empty() {
        push(&mut out, format_args!("<title>{}</title>\n", escaped(&scene.title)));
    }
    let page = hex(scene.background);
    push(&mut out, format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"{page}\"/>\n"));
    for shape in scene.shapes() {
        write_shape(&mut out, shape);
    }
    out.push_str("</svg>\n");
    out
}

/// Appends formatted text.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a `String` has no way to fail.
    out.write_fmt(text).ok();
}

fn write_shape(out: &mut String, shape: &Shape) {
    if !is_drawable(shape) {
        return;
    }
    match shape {
        Shape::Rect { area, rounding, fill, stroke } => {
            let (place, paint) = (place(area), paint(*fill, *stroke));
            let round =
                if *rounding > 0.0 { format!(" rx=\"{}\"", number(*rounding)) } else { String::new() };
            push(out, format_args!("<rect{place}{round}{paint}/>\n"));
        }
        Shape::Polyline { points, stroke } => write_polyline(out, points, *stroke),
        Shape::Circle { center, radius, fill, stroke } => {
            let [x, y, radius] = [center[0], center[1], radius.max(0.0)].map(number);
            let paint = paint(*fill, *stroke);
            push(out, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{paint}/>\n"));
        }
        Shape::Marker { glyph, center, radius, color, opacity } => {
            let (path, color) = (marker_path(*glyph, *center, *radius), hex(*color));
            let opaque = *opacity >= 1.0;
            let through =
                if opaque { String::new() } else { format!(" fill-opacity=\"{}\"", number(*opacity)) };
            push(out, format_args!("<path d=\"{path}\" fill=\"{color}\"{through}/>\n"));
        }
        Shape::Text { at, text, style } => write_text(out, *at, text, *style),
        Shape::Image { area, pixels } => write_image(out, area, pixels),
    }
}

/// Whether all coordinates are numbers and there is anything to see.
fn is_drawable(shape: &Shape) -> bool {
    let whole = |area: &Area| all_finite(&[area.x, area.y, area.width, area.height]);
    match shape {
        Shape::Rect { area, rounding, .. } => whole(area) && rounding.is_finite(),
        Shape::Polyline { points, .. } => points.len() > 1 && points.iter().all(|point| all_finite(point)),
        Shape::Circle { center, radius, .. } => all_finite(center) && radius.is_finite(),
        Shape::Marker { center, radius, opacity, .. } => {
            all_finite(center) && all_finite(&[*radius, *opacity])
        }
        Shape::Text { at, text, style } => {
            all_finite(at) && style.size.is_finite() && !text.trim().is_empty()
        }
        Shape::Image { area, pixels } => whole(area) && pixels.width() > 0 && pixels.height() > 0,
    }
}

fn write_image(out: &mut String, area: &Area, pixels: &Pixels) {
    let (place, png) = (place(area), base64::engine::general_purpose::STANDARD.encode(png_of(pixels)));
    // The style is what makes viewers show pixels as sharp squares.
    let sharp = "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\"";
    push(out, format_args!("<image{place} {sharp} xlink:href=\"data:image/png;base64,{png}\"/>\n"));
}

fn write_polyline(out: &mut String, points: &[[f64; 2]], stroke: Stroke) {
    out.push_str("<polyline points=\"");
    for (index, [x, y]) in points.iter().enumerate() {
        let gap = if index == 0 { "" } else { " " };
        push(out, format_args!("{gap}{},{}", number(*x), number(*y)));
    }
    let join = if points.len() > 2 { " stroke-linejoin=\"round\"" } else { "" };
    push(out, format_args!("\"{join}{}/>\n", paint(None, Some(stroke))));
}

fn write_text(out: &mut String, [x, y]: [f64; 2], text: &str, style: TextStyle) {
    let anchor = match style.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let [x, y, size, thickening] = [x, y, style.size, style.size * thickening(style.weight)].map(number);
    let color = hex(style.color);
    push(out, format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor} fill=\"{color}\""));
    push(out, format_args!(" stroke=\"{color}\" stroke-width=\"{thickening}\" stroke-linejoin=\"round\""));
    push(out, format_args!(" xml:space=\"preserve\">{}</text>\n", with_signs(&escaped(text))));
}

/// Puts the signs that the text font lacks into the font that has them.
fn with_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if font::is_sign(character) {
            push(
                &mut out,
                format_args!("<tspan font-family=\"{}\">{character}</tspan>", font::SIGN_FAMILIES),
            );
        } else {
            out.push(character);
        }
    }
    out
}

/// How much a stroke thickens the light font, as a share of the type's size; chosen by eye on both grounds.
fn thickening(weight: Weight) -> f64 {
    match weight {
        Weight::Regular => 0.02,
        Weight::Strong => 0.055,
    }
}

/// Position and size as attributes.
fn place(area: &Area) -> String {
    let (x, y) = (number(area.x), number(area.y));
    let (width, height) = (number(area.width.max(0.0)), number(area.height.max(0.0)));
    format!(" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// Fill and stroke as attributes.
fn paint(fill: Option<Rgb>, stroke: Option<Stroke>) -> String {
    let mut out = format!(" fill=\"{}\"", fill.map_or_else(|| "none".to_owned(), hex));
    if let Some(stroke) = stroke {
        push(&mut out, format_args!(" stroke=\"{}\"", hex(stroke.color)));
        push(&mut out, format_args!(" stroke-width=\"{}\"", number(stroke.width)));
        if let Some([dash, gap]) = stroke.dash {
            push(&mut out, format_args!(" stroke-dasharray=\"{} {}\"", number(dash), number(gap)));
        }
    }
    out
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

/// A number with at most two decimals, no trailing zeros and no minus zero. A hundredth of a pixel is
/// invisible, and what lies ten million pixels away is off every page.
fn number(value: f64) -> String {
    let rounded = (value.clamp(-1e7, 1e7) * 100.0).round() / 100.0;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text as XML allows it: markup escaped, and the control characters that XML has no way to write left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// A picture as a PNG file.
fn png_of(pixels: &Pixels) -> Vec<u8> {
    let color = match pixels.layout() {
        PixelLayout::Grey => image::ExtendedColorType::L8,
        PixelLayout::Rgb => image::ExtendedColorType::Rgb8,
    };
    let mut out = Vec::new();
    // `Pixels` guarantees that its bytes fit its size, and a `Vec` takes all that is written: there is
    // nothing to fail.
    image::codecs::png::PngEncoder::new(&mut out)
        .write_image(pixels.bytes(), pixels.width(), pixels.height(), color)
        .ok();
    out
}

/// The outline of a data point. Glyphs look equally heavy: their areas are alike, not their widths.
fn marker_path(glyph: Glyph, [x, y]: [f64; 2], radius: f64) -> String {
    if glyph == Glyph::Circle {
        let (left, across, radius) = (number(x - radius), number(2.0 * radius), number(radius));
        let y = number(y);
        return format!(
            "M{left} {y}a{radius} {radius} 0 1 0 {across} 0a{radius} {radius} 0 1 0 -{across} 0z"
        );
    }
    let mut path = String::new();
    for (index, [across, down]) in glyph.outline().iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        push(
            &mut path,
            format_args!("{command}{} {}", number(x + radius * across), number(y + radius * down)),
        );
    }
    path.push('z');
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compact() {
        for (value, text) in [(1.0, "1"), (0.125, "0.13"), (-0.001, "0"), (12.3, "12.3"), (-4.56, "-4.56")] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn text_is_escaped_and_stripped_of_control_characters() {
        assert_eq!(escaped("<a & \"b\">\u{7}\n'"), "&lt;a &amp; &quot;b&quot;&gt; &apos;");
    }
}
