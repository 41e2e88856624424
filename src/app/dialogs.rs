//! Asks where a file is to be written, or which one is to be read, without blocking the window.
//!
//! The dialog of the system is opened on the thread of the window, as macOS requires, and awaited in a thread of its own.
//! Where there is none (a bare X server, a container), the path is typed in the window instead.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui::{self, Context, RichText};

use super::action::{Action, Figure};
use super::theme::{GRID, Theme};
use super::widgets::{heading, muted};
use crate::data;
use crate::recipe::NetworkPart;

/// A dialog that returns nothing sooner than this was not cancelled by a person: there was no dialog.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// What is to be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A figure.
    Figure(Figure),
    /// The weights.
    Weights,
    /// The recipe with its live changes.
    Recipe,
    /// Weights to begin with, for this part of the network; they are read.
    StartFrom(NetworkPart),
    /// A folder with images, which is read.
    ImageFolder,
    /// A file with images, which is read.
    ImageFile,
}

impl Errand {
    /// The name of a file that is written: what it is of, at which step, and what it is.
    pub fn file_name(self, run: Option<(&str, u64)>) -> String {
        let Some(ending) = self.endings().first() else { return String::new() };
        let Some((name, step)) = run.filter(|_| !self.is_read()) else {
            return format!("{}.{ending}", self.stem());
        };
        let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        let name: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
        format!("{name}-step{step}-{}.{ending}", self.stem())
    }

    fn stem(self) -> &'static str {
        match self {
            Self::Figure(figure) => figure.stem(),
            Self::Weights | Self::StartFrom(_) => "model",
            Self::Recipe => "recipe",
            Self::ImageFolder | Self::ImageFile => "",
        }
    }

    /// The endings a file can have; the first is the usual one. None where any will do.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Figure(figure) if figure.is_vector() => &["png", "svg"],
            Self::Figure(_) => &["png"],
            Self::Weights | Self::StartFrom(_) => &["safetensors"],
            Self::Recipe => &["toml"],
            Self::ImageFolder | Self::ImageFile => &[],
        }
    }

    /// A path with an ending: a name without one gets the usual one.
    fn complete(self, path: PathBuf) -> PathBuf {
        match (path.extension(), self.endings().first()) {
            (None, Some(ending)) => path.with_extension(ending),
            _ => path,
        }
    }

    /// Whether a file is read.
    fn is_read(self) -> bool {
        matches!(self, Self::StartFrom(_) | Self::ImageFolder | Self::ImageFile)
    }

    /// The title of the dialog, and the word on its button.
    fn title(self) -> [&'static str; 2] {
        if self.is_read() { ["Open", "Open"] } else { ["Save as", "Save"] }
    }

    /// What to type where there is no dialog.
    fn request(self) -> String {
        if self == Self::ImageFolder || self == Self::ImageFile {
            return format!("There is no file dialog. Type the path of {}.", data::accepted_paths());
        }
        let endings: Vec<String> = self.endings().iter().map(|ending| format!(".{ending}")).collect();
        format!("There is no file dialog. Type the path of the file, ending in {}.", endings.join(" or "))
    }

    /// What is wrong with a path that is to be read, if anything.
    fn problem(self, path: &Path) -> Option<String> {
        match self {
            Self::ImageFolder | Self::ImageFile => data::problem_of(path).map(|problem| problem.to_string()),
            Self::StartFrom(_) if !path.is_file() => Some(format!("There is no file {}.", path.display())),
            _ => None,
        }
    }

    fn action(self, path: PathBuf) -> Action {
        match self {
            Self::Figure(figure) => Action::ExportTo(figure, path),
            Self::Weights => Action::SaveWeightsTo(path),
            Self::StartFrom(part) => Action::StartFromFile(part, path),
            Self::Recipe => Action::SaveRecipeTo(path),
            Self::ImageFolder | Self::ImageFile => Action::OpenImagesAt(path),
        }
    }
}

/// The dialog that is open, if there is one, and the folder that was chosen last.
#[derive(Debug, Default)]
pub struct Dialogs {
    folder: Option<PathBuf>,
    /// Whether paths are always typed.
    types_paths: bool,
    open: Option<Open>,
    typed: Option<Typed>,
}

#[derive(Debug)]
struct Open {
    errand: Errand,
    name: String,
    answer: Receiver<Answer>,
}

/// What a dialog returned, and after how long: measured in its thread, since the window may poll late.
#[derive(Debug)]
struct Answer {
    path: Option<PathBuf>,
    after: Duration,
}

#[derive(Debug)]
struct Typed {
    errand: Errand,
    text: String,
    /// What is wrong with the text, and for which text that was found out.
    problem: Option<String>,
    checked: Option<String>,
    is_new: bool,
}

impl Dialogs {
    /// No dialog yet; the first one starts in this folder. With `types_paths` there is none, and paths are typed.
    pub fn new(folder: Option<PathBuf>, types_paths: bool) -> Self {
        Self { folder: folder.filter(|folder| folder.is_dir()), types_paths, ..Self::default() }
    }

    /// Whether a path is being typed.
    pub fn is_typing(&self) -> bool {
        self.typed.is_some()
    }

    /// The folder that was chosen last.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Asks where something is to be written, or which file is to be read. While a dialog is open, no other is opened.
    pub fn ask(&mut self, ctx: &Context, errand: Errand, name: &str) {
        if self.open.is_some() {
            return;
        }
        if self.types_paths {
            return self.type_path(errand, name);
        }
        let mut dialog = rfd::AsyncFileDialog::new().set_title(errand.title()[0]).set_file_name(name);
        for ending in errand.endings() {
            dialog = dialog.add_filter(ending.to_uppercase(), &[ending]);
        }
        if let Some(folder) = &self.folder {
            dialog = dialog.set_directory(folder);
        }
        let since = Instant::now();
        // The dialog is made here, on the thread of the window, and awaited there.
        let chosen: Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match errand {
            Errand::ImageFolder => Box::pin(dialog.pick_folder()),
            _ if errand.is_read() => Box::pin(dialog.pick_file()),
            _ => Box::pin(dialog.save_file()),
        };
        let (give, answer) = sync_channel(1);
        let ctx = ctx.clone();
        let thread = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
            let path = pollster::block_on(chosen).map(|file| file.path().to_owned());
            give.send(Answer { path, after: since.elapsed() }).ok();
            ctx.request_repaint();
        });
        match thread {
            Ok(_) => {
                self.open = Some(Open { errand, name: name.to_owned(), answer });
            }
            Err(_) => self.type_path(errand, name),
        }
    }

    /// The result of the open dialog, once there is one.
    pub fn poll(&mut self) -> Option<Action> {
        let open = self.open.as_ref()?;
        let errand = open.errand;
        let answer = match open.answer.try_recv() {
            Err(TryRecvError::Empty) => return None,
            // The thread ended without a result: there was no dialog.
            Err(TryRecvError::Disconnected) => Answer { path: None, after: Duration::ZERO },
            Ok(answer) => answer,
        };
        let name = self.open.take().map(|open| open.name).unwrap_or_default();
        let was_quick = answer.after < NO_DIALOG;
        match answer.path {
            Some(path) => Some(self.go(errand, path)),
            None if was_quick => {
                self.type_path(errand, &name);
                None
            }
            None => None,
        }
    }

    /// Draws the field for a typed path while one is asked for.
    pub fn typed_ui(&mut self, ctx: &Context, theme: &Theme) -> Option<Action> {
        let typed = self.typed.as_mut()?;
        let frame =
            egui::Frame::popup(&ctx.global_style()).inner_margin(egui::Margin::same(20)).fill(theme.panel);
        let modal = egui::Modal::new(egui::Id::unique("typed path")).frame(frame);
        let asked = modal.show(ctx, |ui| typed_path_ui(ui, theme, typed));
        let wanted = match asked.inner {
            Some(wanted) => wanted,
            None => !asked.should_close(),
        };
        if asked.inner.is_none() && wanted {
            return None;
        }
        let Typed { errand, text, .. } = self.typed.take()?;
        wanted.then(|| self.go(errand, PathBuf::from(text.trim())))
    }

    fn type_path(&mut self, errand: Errand, name: &str) {
        let folder = self.folder.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        let path = folder.join(name);
        let text = path.to_string_lossy().into_owned();
        self.typed = Some(Typed { errand, text, problem: None, checked: None, is_new: true });
    }

    fn go(&mut self, errand: Errand, path: PathBuf) -> Action {
        let path = errand.complete(path);
        self.folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
        errand.action(path)
    }
}

/// Draws the field and its two buttons; `Some` once one of them is clicked.
fn typed_path_ui(ui: &mut egui::Ui, theme: &Theme, typed: &mut Typed) -> Option<bool> {
    ui.set_width(52.0 * GRID * theme.scale);
    let [title, verb] = typed.errand.title();
    heading(ui, theme, title);
    let label = muted(ui, theme, typed.errand.request());
    let field = ui
        .add(egui::TextEdit::singleline(&mut typed.text).desired_width(f32::INFINITY))
        .labelled_by(label.id);
    if typed.is_new {
        field.request_focus();
        typed.is_new = false;
    }
    if typed.checked.as_deref() != Some(typed.text.as_str()) {
        typed.problem = typed.errand.problem(Path::new(typed.text.trim()));
        typed.checked = Some(typed.text.clone());
    }
    if let Some(problem) = &typed.problem {
        ui.label(RichText::new(problem).font(theme.small()).color(theme.problem));
    }
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    ui.add_space(GRID);
    ui.horizontal(|ui| {
        let save = egui::Button::new(RichText::new(verb).color(theme.on_accent)).fill(theme.accent);
        let is_path = !typed.text.trim().is_empty() && typed.problem.is_none();
        let saved = ui.add_enabled(is_path, save).clicked() || (entered && is_path);
        let cancelled = ui.button("Cancel").clicked();
        (saved || cancelled).then_some(saved)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_an_ending_gets_the_usual_one() {
        let figure = Errand::Figure(Figure::Curves);
        assert_eq!(figure.complete(PathBuf::from("/tmp/a")), PathBuf::from("/tmp/a.png"));
        assert_eq!(figure.complete(PathBuf::from("/tmp/a.svg")), PathBuf::from("/tmp/a.svg"));
        assert_eq!(Errand::Weights.complete(PathBuf::from("b")), PathBuf::from("b.safetensors"));
    }

    #[test]
    fn a_file_is_named_after_its_run_and_step() {
        let map = Errand::Figure(Figure::Cloud);
        assert_eq!(map.file_name(Some(("deep-rbm", 4314))), "deep-rbm-step4314-map.png");
        assert_eq!(map.file_name(Some(("my net/2", 0))), "my-net-2-step0-map.png");
        assert_eq!(Errand::Weights.file_name(None), "model.safetensors");
        let read = Errand::StartFrom(NetworkPart::Whole);
        assert_eq!(read.file_name(Some(("deep-rbm", 4314))), "model.safetensors");
    }

    #[test]
    fn a_wrong_path_is_told_before_it_is_opened() {
        let problem = |errand: Errand, path: &str| errand.problem(Path::new(path));
        let missing = problem(Errand::ImageFolder, "/nowhere/at/all").expect("a sentence");
        assert!(missing.contains("/nowhere/at/all") && missing.contains("IDX"), "{missing}");
        assert!(problem(Errand::ImageFile, "Cargo.toml").is_some(), "it holds no images");
        let weights = Errand::StartFrom(NetworkPart::Whole);
        assert_eq!(problem(weights, "/nowhere").as_deref(), Some("There is no file /nowhere."));
        assert_eq!(problem(Errand::Weights, "/nowhere"), None, "it is written");
    }

    #[test]
    fn the_last_folder_is_remembered() {
        let mut dialogs = Dialogs::default();
        let action = dialogs.go(Errand::Figure(Figure::Cloud), PathBuf::from("/somewhere/cloud"));
        assert_eq!(action, Action::ExportTo(Figure::Cloud, PathBuf::from("/somewhere/cloud.png")));
        assert_eq!(dialogs.folder(), Some(Path::new("/somewhere")));
    }

    #[test]
    fn without_a_dialog_the_path_is_typed() {
        let answered = |after: Duration| {
            let (give, answer) = sync_channel(1);
            give.send(Answer { path: None, after }).expect("the receiver is here");
            let name = "vae-2d-step7-model.safetensors".to_owned();
            let open = Open { errand: Errand::Weights, name, answer };
            let mut dialogs = Dialogs { open: Some(open), ..Dialogs::default() };
            assert_eq!(dialogs.poll(), None);
            dialogs.typed
        };
        let typed =
            answered(Duration::from_millis(5)).expect("a path is asked for, however late it is polled");
        assert!(typed.text.ends_with("vae-2d-step7-model.safetensors"));
        assert!(answered(Duration::from_secs(5)).is_none(), "it was cancelled");
    }
}
