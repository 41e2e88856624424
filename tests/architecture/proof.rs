//! Proof that the rules can fail: each is broken on purpose in a few lines of Rust and must give a message; what only
//! looks like a violation must pass.

use crate::File;
use crate::circles::problems;
use crate::fields::structs;
use crate::rules::violations;

/// The messages about one file with this text.
fn faults(path: &str, text: &str) -> Vec<String> {
    violations(&[file(path, text)])
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
        "names `crate::engine::Command`: `model` may import",
    );
    assert_caught("src/data/idx.rs", "use crate::train;", "not `train`");
    assert_caught("src/app/state.rs", "use crate::model::Autoencoder;", "not `model`");
    assert_caught("src/cli/mod.rs", "use crate::app::App;", "not `app`");
    assert_caught("src/recipe/mod.rs", "use crate::data::Dataset;", "`recipe` may import no other module");
    assert_caught("src/gpu/mod.rs", "use crate::recipe::Recipe;", "`gpu` may import look; not `recipe`");
    assert_caught("src/look/mod.rs", "use crate::recipe::Recipe;", "`look` may import no other module");
    assert_caught(
        "src/chart/mod.rs",
        "use crate::model::Penalty;",
        "`chart` may import recipe, look, data; not `model`",
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
    assert_caught("src/engine/mod.rs", "pub use crate::model;", "not the whole module");
    assert_caught("src/engine/mod.rs", "pub use crate::train::*;", "not the whole module");
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
    assert_caught("src/model/mod.rs", "use crate as all;", "every module at once");
    assert_caught("src/model/mod.rs", "use crate::{self as all};", "every module at once");
    assert_caught("src/model/mod.rs", "use crate::*;", "every module at once");
    assert_caught("src/model/mod.rs", "use super as all;", "every module at once");
    assert_caught("src/model/mod.rs", "extern crate self as all;", "every module at once");
    assert_caught("src/model/mod.rs", "use crate::Command;", "`Command` is none");
    assert_passes("src/model/mod.rs", "pub(crate) struct A(pub(in crate::model) u8);");
}

#[test]
fn tests_inside_a_file_count_as_well() {
    let text = "#[cfg(test)]\nmod tests { #[test] fn t() { crate::engine::start(); } }";
    assert_caught("src/train/step.rs", text, "crate::engine::start");
}

#[test]
fn burn_outside_its_modules_is_caught() {
    assert_caught("src/recipe/mod.rs", "use burn::tensor::Tensor;", "nothing of Burn");
    assert_caught("src/cli/train.rs", "fn f(d: &::burn::tensor::Device) {}", "nothing of Burn");
    assert_caught("src/app/state.rs", "use burn_wgpu::Wgpu;", "nothing of Burn");
    assert_caught("src/app/state.rs", "use crate::gpu::burn::Device;", "nothing of Burn");
    assert_passes("src/model/mod.rs", "use burn::module::Module;");
}

#[test]
fn egui_outside_app_is_caught() {
    assert_caught("src/engine/mod.rs", "use eframe::wgpu;", "only `app` may name egui");
    assert_caught("src/gpu/mod.rs", "fn f(c: egui::Color32) {}", "only `app` may name egui");
    assert_caught("src/export/mod.rs", "use {std::fs, egui_plot::Plot};", "only `app` may name egui");
    assert_passes("src/export/mod.rs", "use epaint_default_fonts::UBUNTU_LIGHT;");
    assert_passes("src/app/theme.rs", "use eframe::egui;");
    assert_passes("src/main.rs", "use eframe::egui;\nuse hourglass::{app, cli};");
}

#[test]
fn panels_that_know_each_other_are_caught() {
    let curves = |text| {
        violations(&[
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
    assert!(faults.is_empty(), "what all panels share may be used by each: {faults:?}");
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
fn what_every_module_may_import_passes() {
    assert_passes("src/gpu/mod.rs", "use crate::recipe::random::{Purpose, stream};");
    assert_passes(
        "src/model/mod.rs",
        "use crate::{data::ImageShape, recipe::Recipe};\nuse crate::model::code;",
    );
    assert_passes("src/engine/mod.rs", "use crate::{recipe, data, model, train, insight, gpu};");
    assert_passes("src/app/mod.rs", "use crate::{recipe, data, gpu, engine, export};");
}

#[test]
fn a_module_without_a_row_and_a_file_that_is_no_rust_are_caught() {
    assert_caught("src/utils/mod.rs", "const A: u8 = 0;", "`utils` has no row");
    assert_caught("src/model/mod.rs", "fn f( {", "cannot be read as Rust");
}

/// What is wrong with the imports of some files, when these circles are known.
fn circles(files: &[(&str, &str)], known: &[&[&str]]) -> Vec<String> {
    let files: Vec<File> = files.iter().map(|(path, text)| file(path, text)).collect();
    problems(&files, known)
}

const A: &str = "src/cli/a.rs";
const B: &str = "src/cli/b.rs";
const C: &str = "src/cli/c.rs";
/// Only declares and passes on.
const MOD: (&str, &str) = ("src/cli/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::Left;\npub use b::*;");

#[track_caller]
fn assert_circle(files: &[(&str, &str)], around: &str) {
    let found = circles(files, &[]);
    let [text] = &found[..] else { panic!("{files:?} should give one circle, but give {found:?}") };
    let lines: Vec<&str> = text.lines().skip(1).map(str::trim).collect();
    assert_eq!(lines, [around], "{files:?}");
}

#[test]
fn files_that_import_each_other_are_named_with_what_they_import() {
    let both = "src/cli/a.rs → src/cli/b.rs (Right) → src/cli/a.rs (Left)";
    let right = "pub struct Right(Left); use super::Left;";
    for left in [
        "use super::b::Right; pub struct Left(Right);",
        "use super::{b::{Right as R}}; pub struct Left(R);",
        "use crate::cli::Right; pub struct Left(Right);",
        "use super::b; pub struct Left(b::Right);",
        "use crate::cli; pub struct Left(cli::b::Right);",
        "pub struct Left; fn f() -> super::Right { super::Right::new() }",
        "pub struct Left; mod inner { use super::super::b::Right; }",
        "pub struct Left; pub use super::b::Right; fn f(_: Right) {}",
    ] {
        assert_circle(&[MOD, (A, left), (B, right)], both);
    }
    let three = [
        (A, "pub struct Left; use super::b::Right;"),
        (B, "pub struct Right; use super::c::third;"),
        (C, "pub fn third(_: super::Left) {}"),
    ];
    let around = "src/cli/a.rs → src/cli/b.rs (Right) → src/cli/c.rs (third) → src/cli/a.rs (Left)";
    assert_circle(&[&[MOD], &three[..]].concat(), around);
}

#[test]
fn a_mod_file_with_items_of_its_own_counts_and_one_that_passes_names_on_does_not() {
    let child = (A, "use super::Shared; pub struct Left(Shared);");
    let own = ("src/cli/mod.rs", "mod a; pub struct Shared; fn f(_: a::Left) {}");
    assert_circle(&[child, own], "src/cli/a.rs → src/cli/mod.rs (Shared) → src/cli/a.rs (Left)");
    let of_a_macro = ("src/cli/mod.rs", "mod a; words! { pub struct Shared { left: a::Left } }");
    assert_circle(&[child, of_a_macro], "src/cli/a.rs → src/cli/mod.rs (Shared) → src/cli/a.rs (Left)");
    let passes_on = ("src/cli/mod.rs", "mod a; pub use a::Left; pub struct Shared;");
    assert_eq!(circles(&[passes_on, child], &[]), Vec::<String>::new());
}

#[test]
fn what_is_no_circle_passes() {
    let right = (B, "pub struct Right;");
    for left in [
        "pub struct Left(super::b::Right);",
        // A child module that is used by its parent file, and uses others.
        "mod b { pub struct Inner; } use b::Inner; pub struct Left(Inner);",
        // A method is no name of its module.
        "use super::b; pub struct Left(b::Right); impl Left { fn b(self) {} }",
    ] {
        assert_eq!(circles(&[MOD, (A, left), right], &[]), Vec::<String>::new(), "{left}");
    }
    let uses_left = (B, "use super::Left; pub struct Right(Left);");
    for left in [
        "pub struct Left; #[cfg(test)] mod tests { use super::super::b::Right; fn t() { super::super::b::f() } }",
        "pub struct Left; #[cfg(test)] use super::b::Right;",
        "pub struct Left; // super::b::Right",
        // A name of another crate that is also called so.
        "pub struct Left; use b::Right; fn f() { let b = 1; }",
    ] {
        assert_eq!(circles(&[MOD, (A, left), uses_left], &[]), Vec::<String>::new(), "{left}");
    }
    let test_file = ("src/cli/a/tests.rs", "use super::super::b::Right; use super::Left;");
    let left = (A, "pub struct Left; #[cfg(test)] mod tests; fn f() { tests::f() }");
    assert_eq!(circles(&[MOD, left, uses_left, test_file], &[]), Vec::<String>::new());
}

#[test]
fn a_known_circle_passes_until_it_is_gone() {
    let files = [MOD, (A, "pub struct Left(super::Right);"), (B, "pub struct Right(super::Left);")];
    assert_eq!(circles(&files, &[&[A, B]]), Vec::<String>::new());
    assert_eq!(circles(&files, &[&[A, C]]).len(), 2, "another circle, and one that is not there");
    let gone = circles(&files[..2], &[&[A, B]]);
    assert!(gone.len() == 2 && gone[0].contains("src/cli/a.rs is in no circle any more"), "{gone:?}");
}

#[test]
fn the_fields_of_a_struct_are_counted() {
    let text = "
        pub struct One { pub a: HashMap<u8, Vec<(u8, u8)>>, b: fn(u8, u8) -> u8, #[serde(skip)] c: [u8; 3] }
        struct Two<T: Clone> where T: Copy { /// A field.
            a: T, }
        struct Unit; struct Tuple(u8, u8); struct Empty {}
        mod inner { struct Three { a: u8, b: u8, c: u8, } impl Three { fn f(self) { let x = Three { a, b, c }; } } }";
    let found: Vec<(String, usize)> =
        structs(&file(A, text)).into_iter().map(|found| (found.name, found.fields)).collect();
    let want = [("One", 3), ("Two", 1), ("Empty", 0), ("Three", 3)];
    assert_eq!(found, want.map(|(name, fields)| (name.to_owned(), fields)));
}
