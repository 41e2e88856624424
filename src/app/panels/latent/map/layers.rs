//! What the map shows, layer by layer, and the menu that chooses: what lies behind, the points, what their colours
//! say, how many there are.

use eframe::egui::{
    Button, Popup, PopupCloseBehavior, RichText, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::images::Magnify;
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{HALF, RADIUS_SMALL, Theme};
use crate::app::widgets::muted;
use crate::engine::{CloudWish, FieldAsk, FieldKind, FieldView, LatentPlane, Whose};
use crate::look::ColorMap;

use super::field;
use super::paint::Map;
use super::pull::Pull;
use super::thumbnails::Thumbnails;
use crate::app::panels::latent::asking::{Answer, Asked, Pace, Wish};
use crate::app::panels::latent::cloud::looks::{ColorBy, gradient, short, value_color};
use crate::app::panels::latent::cloud::splat::Way;
use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::plane::geometry::Plane;
use crate::app::panels::latent::plane::slice;
use crate::app::panels::latent::sheets::GRIDS;

/// How many points can be chosen; the last is all there are, as far as a cloud reaches.
const COUNTS: [(usize, &str); 4] = [(600, "600"), (2_000, "2,000"), (10_000, "10,000"), (60_000, "all")];
/// So many images are picked at most; more arrows could not be told apart.
const MOST_PICKED: usize = 12;
/// What lies behind the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Nothing.
    Plain,
    /// What the decoder makes of every place.
    #[default]
    Tiles,
    /// What is measured of it.
    Field(FieldKind),
}

/// How the points are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointStyle {
    /// As the shapes of their classes, or as dots where they are many.
    #[default]
    Glyphs,
    /// As the images they stand for.
    Thumbnails,
    /// Not at all.
    Hidden,
}

/// What the map shows.
#[derive(Debug)]
pub struct Layers {
    /// Behind the points.
    pub background: Background,
    /// About how many tiles there are across and down; none for as many as can be read.
    pub tiles_across: Option<usize>,
    /// How the points are drawn.
    pub points: PointStyle,
    /// What the colour of a point says.
    pub color: ColorBy,
    /// How many points are wanted.
    pub count: usize,
    /// Of which images.
    pub whose: Whose,
    /// Whether the prior's rings are drawn, where there is a prior.
    pub has_rings: bool,
    /// What pulls on codes.
    pub pull: Pull,
    /// Images that somebody has picked, the latest last: the spreads of their codes are shown, and what pulls on them.
    pub picked: Vec<u32>,
    /// The images on the map in place of points.
    pub thumbnails: Thumbnails,
    /// The cloud that was asked for last.
    wished: CloudWish,
    field: Asked<FieldAsk>,
}

impl Default for Layers {
    fn default() -> Self {
        // The trainer begins with this cloud, unasked.
        let wished = CloudWish::default();
        Self {
            background: Background::default(),
            tiles_across: None,
            points: PointStyle::default(),
            color: ColorBy::default(),
            count: wished.count,
            whose: wished.whose,
            has_rings: true,
            pull: Pull::default(),
            picked: Vec::new(),
            thumbnails: Thumbnails::default(),
            wished,
            field: Asked::default(),
        }
    }
}

impl Layers {
    /// Asks for another cloud, if another is wanted than the last one asked for; along its principal axes too, where
    /// those are shown.
    pub fn wish(&mut self, projection: bool) -> Option<Action> {
        let Self { count, whose, .. } = *self;
        let wish = CloudWish { count, whose, errors: self.color == ColorBy::Error, projection };
        let is_new = wish != self.wished;
        self.wished = wish;
        is_new.then_some(Action::WishCloud(wish))
    }

    /// Forgets what was asked of another run, whose answers say nothing of this one; what was chosen stays. In other
    /// images, none is picked and colours say nothing but the class.
    pub fn forget_asked(&mut self, has_same_images: bool) {
        self.field = Asked::default();
        let is_shown = self.pull.is_shown;
        self.pull = Pull::default();
        self.pull.is_shown = is_shown;
        if !has_same_images {
            self.picked.clear();
            // Another set has other factors, or none.
            self.color = ColorBy::default();
        }
    }

    /// Picks an image, or lets it go if it was picked; where there was none under the pointer, all of them.
    pub fn pick(&mut self, image: Option<u32>) {
        let Some(image) = image else { return self.picked.clear() };
        let was_picked = self.picked.contains(&image);
        self.picked.retain(|other| *other != image);
        if !was_picked {
            self.picked.push(image);
            self.picked.drain(..self.picked.len().saturating_sub(MOST_PICKED));
        }
    }

    /// Asks for the field of the shown plane, where one is shown and it is missing or out of date.
    pub fn ask_field(
        &mut self,
        (plane, latent): (&Plane, LatentPlane),
        run: &RunState,
        now_secs: f64,
        wish: &mut Wish,
    ) {
        let Background::Field(kind) = self.background else { return };
        let ask = field::field_ask(kind, plane, latent);
        let answer = Answer::of(run, run.seen.field.as_ref().map(|seen| (seen.request, seen.step)));
        let pace = Pace { now_secs, every_secs: field::FIELD_SECS };
        self.field.ask(&ask, &answer, pace, wish, Action::AskField);
    }

    /// Asks for the pull on the picked images, or on the shown examples where none is picked.
    pub fn ask_pull(&mut self, at: (&BenchState, &RunState), now_secs: f64, wish: &mut Wish) {
        self.pull.ask(at, &self.picked, now_secs, wish);
    }

    /// The field to draw: what was measured last, if it is of what is shown.
    pub fn field<'a>(&self, seen: Option<&'a FieldView>, latent: &LatentPlane) -> Option<&'a FieldView> {
        let Background::Field(kind) = self.background else { return None };
        seen.filter(|view| view.ask.kind == kind && slice::is_alike(&view.ask.lattice.plane, latent))
    }
}

impl LatentMemory {
    /// Draws the cloud.
    pub fn paint_cloud(&mut self, map: &Map<'_>, cx: &PanelContext<'_>, bench: &BenchState) {
        let Some(cloud) = &self.cloud else { return };
        let looks = self.drawn.looks(cloud, &bench.dataset, self.layers.color, &self.hidden);
        match self.layers.points {
            PointStyle::Glyphs => {
                let at = (map.plane(), cx.theme.scale);
                self.drawn.paint(map.painter(), at, (cloud, &looks), cx.pictures.plotting());
            }
            PointStyle::Thumbnails => {
                let (before, share) = self.drawn.way(map.painter().ctx(), cloud, cx.pictures.plotting());
                let way = Way { before: &before, places: &cloud.places, share };
                self.layers.thumbnails.paint(map, cx, bench, (cloud, &looks, way));
            }
            PointStyle::Hidden => {}
        }
    }

    /// The values at the ends of the points' colours, where these are values.
    pub fn value_range(&self) -> Option<[f32; 2]> {
        self.drawn.range()
    }
}

/// The button that opens the menu.
pub fn menu_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    layers: &mut Layers,
    bench: &BenchState,
) -> Option<Action> {
    let text = RichText::new("show").font(cx.theme.small()).color(cx.theme.text);
    let face = Button::new(text).corner_radius(RADIUS_SMALL).min_size(vec2(0.0, 18.0 * cx.theme.scale));
    let button = ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(6.0, 1.0);
        ui.add(face).on_hover_text("what the map shows: its ground, its points and their colours")
    });
    let button = button.inner;
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "what the map shows"));
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_max_width(260.0 * cx.theme.scale);
        ground_ui(ui, cx.theme, layers);
        points_ui(ui, cx.theme, layers, bench);
        ui.add_space(HALF);
        switches_ui(ui, cx.theme, layers);
        images_ui(ui, cx, bench)
    })
    .and_then(|shown| shown.inner)
}

fn ground_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers) {
    section(ui, theme, "behind the points");
    let grounds = [
        (Background::Plain, "nothing", "the points alone"),
        (Background::Tiles, "tiles", "what the decoder makes of every place on the map"),
        (Background::Field(FieldKind::Density), "density", "where the codes of held-out images lie"),
        (
            Background::Field(FieldKind::RoundTrip),
            "round trip",
            "how far a place is from the code of the image decoded there: where that is as far as codes lie from \
             their mean, the decoder makes things up",
        ),
        (Background::Field(FieldKind::Stretch), "stretch", "how much the image changes with a small step"),
    ];
    choices(ui, theme, &mut layers.background, &grounds);
    if layers.background == Background::Tiles {
        section(ui, theme, "how many tiles");
        let tip = "so many tiles in all, laid out as the map is wide; many take the trainer longer";
        let counts = GRIDS.map(|(count, name)| (count, name, tip));
        choices(ui, theme, &mut layers.tiles_across, &counts);
    }
}

fn points_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers, bench: &BenchState) {
    section(ui, theme, "codes of images");
    let styles = [
        (PointStyle::Glyphs, "points", "one point per image"),
        (PointStyle::Thumbnails, "images", "the images themselves, so many as do not cover each other"),
        (PointStyle::Hidden, "none", "the ground alone"),
    ];
    choices(ui, theme, &mut layers.points, &styles);
    section(ui, theme, "colour says");
    choices(ui, theme, &mut layers.color, &color_choices(bench));
    section(ui, theme, "how many points");
    let counts = COUNTS.map(|(count, name)| (count, name, "more points take the trainer longer"));
    choices(ui, theme, &mut layers.count, &counts);
    section(ui, theme, "of which images");
    let whose = [
        (
            Whose::Both,
            "both",
            "half of them held out, half of them trained on, as long as there are any of both",
        ),
        (Whose::HeldOut, "held-out", "images that the network never learns from"),
        (Whose::TrainedOn, "trained on", "images that the network learns from"),
    ];
    choices(ui, theme, &mut layers.whose, &whose);
}

fn switches_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers) {
    ui.horizontal(|ui| {
        let tip = "one and two standard deviations of the prior, where the codes should lie";
        let name = RichText::new("rings of the prior").font(theme.small());
        ui.checkbox(&mut layers.has_rings, name).on_hover_text(tip);
        let tip = "arrows at the codes of the picked images, or of a few: where the reconstruction and the penalty \
                   want them to go; Ctrl+click picks an image";
        let name = RichText::new("pull on codes").font(theme.small());
        ui.checkbox(&mut layers.pull.is_shown, name).on_hover_text(tip);
    });
}

/// How images look, everywhere in the window. A class that has coloured images sees them in their own colours.
fn images_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState) -> Option<Action> {
    let before = cx.pictures.look();
    let mut look = before;
    if bench.dataset.shape.channels == 1 {
        section(ui, cx.theme, "colours of images");
        let tip = "for every image in the window, and for figures that are exported from it";
        choices(ui, cx.theme, &mut look.tint, &ColorMap::OF_IMAGES.map(|tint| (tint, tint.name(), tip)));
    }
    let mut is_smooth = look.magnify == Magnify::Smoothly;
    let name = RichText::new("smooth images").font(cx.theme.small());
    let tip = "large pixels run into each other; otherwise they stay squares, as the network sees them";
    ui.checkbox(&mut is_smooth, name).on_hover_text(tip);
    look.magnify = if is_smooth { Magnify::Smoothly } else { Magnify::Squares };
    (look != before).then_some(Action::DrawImages(look))
}

/// Class, error, and whatever is known of the images.
fn color_choices(bench: &BenchState) -> Vec<(ColorBy, &'static str, &'static str)> {
    let factors = bench.dataset.factors.iter().enumerate();
    let factors = factors.map(|(k, f)| (ColorBy::Factor(k), f.name, "a factor the images were drawn with"));
    let first = [
        (ColorBy::Class, "class", "what the image shows"),
        (
            ColorBy::Error,
            "error",
            "how far the reconstruction is from the image: squared error, summed over pixels. Where a U-Net has \
             skips, they come from the image here, and not from zeros as on the map",
        ),
    ];
    first.into_iter().chain(factors).collect()
}

fn section(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.add_space(HALF);
    muted(ui, theme, words);
}

/// A row of words of which one is chosen.
fn choices<T: Copy + PartialEq>(ui: &mut Ui, theme: &Theme, chosen: &mut T, all: &[(T, &str, &str)]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(2.0);
        for (value, name, tip) in all {
            let text = RichText::new(*name).font(theme.small());
            if ui.selectable_label(chosen == value, text).on_hover_text(*tip).clicked() {
                *chosen = *value;
            }
        }
    });
}

/// The colours of values and the numbers at their ends, in place of the legend of classes.
pub fn value_scale_ui(ui: &mut Ui, theme: &Theme, range: [f32; 2]) {
    let [low, high] = range.map(short);
    muted(ui, theme, &high);
    let (rect, response) = ui.allocate_exact_size(vec2(84.0, 9.0) * theme.scale, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("colours from {low} to {high}")));
    ui.painter().add(gradient(rect, value_color));
    muted(ui, theme, &low);
}
