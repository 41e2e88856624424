//! The fonts that travel with the program, and how wide a text is in them.
//!
//! Ubuntu Light carries the text; Hack has the few signs it lacks, such as the arrow. No font of the machine
//! is used, so a figure looks the same everywhere.

use std::sync::{Arc, OnceLock};

use resvg::usvg;

use crate::chart::scene::{Scene, TextStyle};
use crate::chart::text::wrapped;

/// The families an SVG asks for, ours first. A viewer that has none of them takes its own sans-serif.
pub(super) const FAMILIES: &str = "Ubuntu, Ubuntu Light, Helvetica, Arial, sans-serif";

/// Whether a sign is one that the text font lacks and Hack has: arrows, most of mathematics, and a few marks.
pub(super) fn is_sign(character: char) -> bool {
    const IN_TEXT_FONT: &str = "∂∆∏∑−∕∙√∞∫≈≠≤≥";
    match character {
        '‖' | '′' | '″' | '⁺' | '⁻' | '⟨' | '⟩' => true,
        '\u{2190}'..='\u{22ff}' => !IN_TEXT_FONT.contains(character),
        _ => false,
    }
}

/// The families those signs are set in.
pub(super) const SIGN_FAMILIES: &str = "Hack, DejaVu Sans, Arial, sans-serif";

/// The settings every SVG of ours is read with.
pub(super) fn options() -> usvg::Options<'static> {
    let any_font = usvg::FontResolver::default_fallback_selector();
    // Signs have a span of their own. Offered another font for one, the renderer would set the whole text in
    // it.
    let select_fallback: usvg::FallbackSelectionFn<'static> =
        Box::new(
            move |character, tried, fonts| {
                if is_sign(character) { None } else { any_font(character, tried, fonts) }
            },
        );
    let font_resolver = usvg::FontResolver { select_fallback, ..usvg::FontResolver::default() };
    usvg::Options {
        fontdb: database(),
        font_resolver,
        font_family: "Ubuntu".to_owned(),
        ..usvg::Options::default()
    }
}

fn database() -> Arc<usvg::fontdb::Database> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = usvg::fontdb::Database::new();
            fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
            fonts.load_font_data(epaint_default_fonts::HACK_REGULAR.to_vec());
            fonts.set_sans_serif_family("Ubuntu");
            fonts.set_serif_family("Ubuntu");
            Arc::new(fonts)
        })
        .clone()
}

/// How wide a text is at a size of type, from the same layout that draws it, so that the two cannot disagree.
pub(super) fn width(text: &str, size: f64) -> f64 {
    // Large, so that the two decimals of an SVG number do not show.
    const MEASURED_AT: f64 = 100.0;
    let mut scene = Scene::new(1, 1, [0; 3]);
    scene.text([0.0, 0.0], text, TextStyle::new(MEASURED_AT, [0; 3]));
    let Ok(tree) = usvg::Tree::from_str(&scene.to_svg(), &options()) else {
        return 0.0;
    };
    let widths = tree.root().children().iter().filter_map(|node| match node {
        usvg::Node::Text(text) => Some(f64::from(text.bounding_box().width())),
        _ => None,
    });
    widths.sum::<f64>() * size / MEASURED_AT
}

/// Breaks a text into lines no wider than `room`.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    wrapped(text, size, room, &width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_grows_with_text_and_size() {
        assert!(width("mm", 12.0) > 1.9 * width("m", 12.0), "two letters are about twice as wide as one");
        assert!(
            (width("held out", 24.0) - 2.0 * width("held out", 12.0)).abs() < 1e-6,
            "width follows the size"
        );
        assert_eq!(width("", 12.0), 0.0);
    }

    #[test]
    fn a_sign_of_another_font_leaves_the_rest_alone() {
        let apart = width("β 1", 10.0) + width("→", 10.0) + width("2 held out", 10.0);
        let together = width("β 1→2 held out", 10.0);
        assert!((together - apart).abs() < 0.2, "{together} together, {apart} apart");
        // Every glyph of Hack is 0.602 of its size wide; were one missing, the box for it would be another
        // width.
        for sign in "→←↑↓↔⇒⇔‖′⁻⁺∇∀∃∈∉∝⊂∩∪∅∧∨≡∼⟨⟩".chars()
        {
            assert!(is_sign(sign), "{sign}");
            let sign_width = width(sign.encode_utf8(&mut [0; 4]), 10.0);
            assert!((sign_width - 6.02).abs() < 0.05, "{sign} is {sign_width} wide");
        }
    }

    #[test]
    fn short_phrases_stay_together() {
        let room = width("vae-2d · Adam 0.001 · batch", 12.0);
        let lines = wrap("vae-2d · Adam 0.001 · batch 128 · seed 1", 12.0, room);
        assert_eq!(lines, ["vae-2d · Adam 0.001 ·", "batch 128 · seed 1"]);
    }

    #[test]
    fn wrapped_lines_fit_and_keep_every_word() {
        let text =
            "vae-2d · digits, 12,000 images · β 1.00 · Adam 0.001 · batch 128 · a/very/long/path/in/one/word";
        for room in [40.0, 90.0, 200.0, 600.0] {
            let lines = wrap(text, 12.0, room);
            for line in &lines {
                assert!(
                    width(line, 12.0) <= room + 0.5,
                    "{line:?} is {} wide, room {room}",
                    width(line, 12.0)
                );
            }
            let squeezed: String = lines.concat().split_whitespace().collect();
            assert_eq!(squeezed, text.split_whitespace().collect::<String>(), "room {room}");
        }
    }
}
