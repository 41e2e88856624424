//! Proof that the law bites: each rule is broken on purpose in a few lines of Rust, and must be caught; what looks
//! like a breach and is none must pass.

use crate::rules::{File, broken};

/// What the law says to one file with this text.
fn faults(path: &str, text: &str) -> Vec<String> {
    broken(&[file(path, text)])
}

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[track_caller]
fn assert_caught(path: &str, text: &str, said: &str) {
    let faults = faults(path, text);
    assert!(
        faults.len() == 1 && faults[0].starts_with(path) && faults[0].contains(said),
        "{path} with\n{text}\nshould give one fault that says `{said}`, but gives {faults:?}",
    );
}

#[track_caller]
fn assert_passes(path: &str, text: &str) {
    let faults = faults(path, text);
    assert!(faults.is_empty(), "{path} with\n{text}\nshould pass, but gives {faults:?}");
}

#[test]
fn a_forbidden_use_is_caught() {
    assert_caught(
        "src/model/mod.rs",
        "use crate::engine::Command;",
        "names `crate::engine::Command`: `model` may call",
    );
    assert_caught("src/data/idx.rs", "use crate::train;", "not `train`");
    assert_caught("src/app/state.rs", "use crate::model::Autoencoder;", "not `model`");
    assert_caught("src/cli/mod.rs", "use crate::app::App;", "not `app`");
    assert_caught("src/gpu/mod.rs", "use crate::recipe::Recipe;", "`gpu` may call look; not `recipe`");
    assert_caught("src/look/mod.rs", "use crate::recipe::Recipe;", "`look` may call no other room");
    assert_caught(
        "src/chart/mod.rs",
        "use crate::model::Penalty;",
        "`chart` may call recipe, look, data; not `model`",
    );
}

#[test]
fn a_forbidden_inline_path_is_caught() {
    assert_caught("src/recipe/mod.rs", "fn f() -> u8 { crate::data::count() }", "crate::data::count");
    assert_caught(
        "src/model/mod.rs",
        "struct S { t: Vec<Option<crate::train::Step>> }",
        "crate::train::Step",
    );
    assert_caught(
        "src/model/mod.rs",
        "fn f() { let v = Vec::<crate::train::Step>::new(); }",
        "crate::train::Step",
    );
    assert_caught("src/model/mod.rs", "type T = <u8 as crate::train::Trait>::Out;", "crate::train::Trait");
    assert_caught(
        "src/model/mod.rs",
        "fn f() { println!(\"{}\", crate::train::NAME); }",
        "crate::train::NAME",
    );
    assert_caught("src/model/mod.rs", "macro_rules! m { () => { $crate::train::f() }; }", "crate::train::f");
    assert_caught("src/model/mod.rs", "struct S(pub (crate::train::A, u8));", "crate::train::A");
}

#[test]
fn a_use_in_groups_is_caught() {
    assert_caught("src/data/mod.rs", "use crate::{recipe::Recipe, model::Net};", "crate::model::Net");
    assert_caught("src/data/mod.rs", "use crate::{recipe::{self, Data}, engine::{*}};", "crate::engine::*");
    assert_caught("src/data/mod.rs", "use {std::io, crate::{recipe, train as t}};", "crate::train");
    let both = faults("src/data/mod.rs", "use crate::{model::{Net, Code as C}, recipe};");
    assert_eq!(both.len(), 2, "each name of a group counts: {both:?}");
}

#[test]
fn a_reexport_is_caught() {
    assert_caught("src/train/mod.rs", "pub use crate::engine::Event;", "crate::engine::Event");
    assert_caught("src/train/mod.rs", "pub(crate) use crate::app::{theme as t};", "crate::app::theme");
    assert_caught("src/engine/mod.rs", "pub use crate::model;", "not the whole room");
    assert_caught("src/engine/mod.rs", "pub use crate::train::*;", "not the whole room");
    assert_passes("src/engine/mod.rs", "use crate::model;\npub use crate::train::Losses;");
}

#[test]
fn a_path_by_way_of_super_or_the_crates_own_name_is_caught() {
    assert_caught("src/model/dense.rs", "use super::super::train::Step;", "super::super::train::Step");
    assert_caught("src/model/mod.rs", "use super::train::Step;", "super::train::Step");
    assert_caught("src/model/mod.rs", "use self::super::train::Step;", "self::super::train::Step");
    assert_caught("src/model/mod.rs", "use hourglass::train::Step;", "hourglass::train::Step");
    assert_caught(
        "src/model/mod.rs",
        "mod tests { use super::super::train::Step; }",
        "super::super::train::Step",
    );
    assert_passes("src/model/mod.rs", "mod dense;\nmod tests { use super::dense::Dense; }");
    assert_passes("src/model/dense.rs", "use super::loss::Terms;\nuse super::*;\npub(super) fn f() {}");
}

#[test]
fn renaming_the_root_hides_nothing() {
    assert_caught("src/model/mod.rs", "use crate as house;", "every room at once");
    assert_caught("src/model/mod.rs", "use crate::{self as house};", "every room at once");
    assert_caught("src/model/mod.rs", "use crate::*;", "every room at once");
    assert_caught("src/model/mod.rs", "use super as house;", "every room at once");
    assert_caught("src/model/mod.rs", "extern crate self as house;", "every room at once");
    assert_caught("src/model/mod.rs", "use crate::Command;", "`Command` is none");
    assert_passes("src/model/mod.rs", "pub(crate) struct A(pub(in crate::model) u8);");
}

#[test]
fn tests_inside_a_file_count_as_well() {
    let text = "#[cfg(test)]\nmod tests { #[test] fn t() { crate::engine::start(); } }";
    assert_caught("src/train/step.rs", text, "crate::engine::start");
}

#[test]
fn burn_outside_its_rooms_is_caught() {
    assert_caught("src/recipe/mod.rs", "use burn::tensor::Tensor;", "nothing of Burn");
    assert_caught("src/cli/train.rs", "fn f(d: &::burn::tensor::Device) {}", "nothing of Burn");
    assert_caught("src/app/state.rs", "use burn_wgpu::Wgpu;", "nothing of Burn");
    assert_caught("src/app/state.rs", "use crate::gpu::burn::Device;", "nothing of Burn");
    assert_passes("src/model/mod.rs", "use burn::module::Module;");
}

#[test]
fn the_window_outside_its_room_is_caught() {
    assert_caught("src/engine/mod.rs", "use eframe::wgpu;", "only `app` knows the window");
    assert_caught("src/gpu/mod.rs", "fn f(c: egui::Color32) {}", "only `app` knows the window");
    assert_caught("src/export/mod.rs", "use {std::fs, egui_plot::Plot};", "only `app` knows the window");
    assert_passes("src/export/mod.rs", "use epaint_default_fonts::UBUNTU_LIGHT;");
    assert_passes("src/app/theme.rs", "use eframe::egui;");
    assert_passes("src/main.rs", "use eframe::egui;\nuse hourglass::{app, cli};");
}

#[test]
fn panels_that_know_each_other_are_caught() {
    let curves = |text| {
        broken(&[
            file("src/app/panels/mod.rs", "//! All panels.\npub mod curves;\npub mod latent;"),
            file("src/app/panels/latent/map/paint.rs", "use super::Layout;"),
            file("src/app/panels/curves.rs", text),
        ])
    };
    for text in [
        "use super::latent::Layout;",
        "use crate::app::panels::{PanelId, latent};",
        "use super::*;",
        "use crate::app::panels as all;",
    ] {
        let faults = curves(text);
        assert!(
            faults.len() == 1 && faults[0].contains("panels do not know each other"),
            "{text} gives {faults:?}"
        );
    }
    let faults = curves("use super::PanelId;\nuse crate::app::{state::AppState, theme};");
    assert!(faults.is_empty(), "what all panels share is open to each: {faults:?}");
}

#[test]
fn the_engines_handle_in_a_panel_or_a_figure_is_caught() {
    assert_caught("src/app/panels/curves.rs", "use crate::engine::Engine;", "never hold the engine");
    assert_caught("src/app/panels/curves.rs", "use crate::engine::*;", "never hold the engine");
    assert_caught(
        "src/export/grid.rs",
        "fn f(w: &crate::engine::worker::Worker) {}",
        "never hold the engine",
    );
    assert_caught(
        "src/export/grid.rs",
        "use crate::engine; fn f(e: engine::Engine) {}",
        "never hold the engine",
    );
    assert_passes("src/export/svg.rs", "use base64::Engine as _;");
    assert_passes("src/app/panels/curves.rs", "use crate::engine::{Command, Event};");
    assert_passes("src/app/mod.rs", "use crate::engine::Engine;");
}

#[test]
fn strings_comments_and_other_names_are_not_paths() {
    assert_passes(
        "src/recipe/mod.rs",
        "//! See crate::engine and egui.\n/* burn */ // crate::app\nconst A: u8 = 0;",
    );
    assert_passes(
        "src/recipe/mod.rs",
        "const S: &str = \"crate::engine::Engine\"; const R: &str = r#\"burn::x\"#;",
    );
    assert_passes("src/recipe/mod.rs", "/// Used by [`crate::train`].\nfn data(engine: u8) -> u8 { engine }");
    assert_passes("src/recipe/mod.rs", "fn f<'a>(s: &'a str) -> impl Iterator + use<'a> { s.bytes() }");
}

#[test]
fn what_every_room_may_call_passes() {
    assert_passes("src/gpu/mod.rs", "use crate::recipe::random::{Purpose, stream};");
    assert_passes(
        "src/model/mod.rs",
        "use crate::{data::ImageShape, recipe::Recipe};\nuse crate::model::code;",
    );
    assert_passes("src/engine/mod.rs", "use crate::{recipe, data, model, train, insight, gpu};");
    assert_passes("src/app/mod.rs", "use crate::{recipe, data, gpu, engine, export};");
}

#[test]
fn a_room_without_a_row_and_a_file_that_is_no_rust_are_caught() {
    assert_caught("src/utils/mod.rs", "const A: u8 = 0;", "`utils` has no row");
    assert_caught("src/model/mod.rs", "fn f( {", "cannot be read as Rust");
}
