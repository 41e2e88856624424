//! Weights as safetensors in PyTorch's layout: written from a network, and read into one, whole or in part.
//!
//! Tensors are matched by name and shape. A file whose names are all others, such as that of a network written in
//! PyTorch, is matched by order instead, encoder and decoder each for itself: `encoder.0.weight`, `encoder.0.bias`,
//! `encoder.2.weight` … are the layers up to the code, the code included. Nothing is changed unless everything fits.

use std::collections::BTreeMap;
use std::path::Path;

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot as _, PyTorchToBurnAdapter, SafetensorsStore};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};

use super::file::{FileError, write_atomically};
use super::learner::Learner;
use crate::model::Autoencoder;
use crate::recipe::{NetworkPart, Recipe};

/// Why weights could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// They could not be read from the device or serialised.
    #[error("the weights could not be read ({0}); pause the run and save them again")]
    Gathering(String),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a network cannot begin with the weights of a file.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The file could not be read.
    #[error("{name} could not be read ({error}); check the path of the weights")]
    Reading {
        /// The file.
        name: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is in another format.
    #[error("{name} is no safetensors file ({error}); save the weights as safetensors")]
    Format {
        /// The file.
        name: String,
        /// What is wrong with it.
        error: SafeTensorError,
    },
    /// A tensor is not there.
    #[error("{name} has no tensor {tensor} of {want}; it has {found}")]
    Missing {
        /// The file.
        name: String,
        /// The tensor that the network needs.
        tensor: String,
        /// Its shape.
        want: String,
        /// What is there instead.
        found: String,
    },
    /// A tensor has another shape.
    #[error("{tensor} of {name} is {got}, but the network has {want}; use a recipe with the same layers")]
    Shape {
        /// The file.
        name: String,
        /// The tensor.
        tensor: String,
        /// Its shape in the file.
        got: String,
        /// Its shape in the network.
        want: String,
    },
    /// A tensor holds no numbers that can be used.
    #[error("{tensor} of {name} holds {got}; save it as 32-bit floats that are finite")]
    Numbers {
        /// The file.
        name: String,
        /// The tensor.
        tensor: String,
        /// What it holds.
        got: String,
    },
    /// The network is pretrained first.
    #[error(
        "a network that is pretrained begins with its RBMs; set pretraining.method = \"none\" to begin with weights of a file"
    )]
    Pretrained,
    /// The network refused them.
    #[error("the weights of {name} could not be loaded: {error}; check that the recipe has the same layers")]
    Loading {
        /// The file.
        name: String,
        /// What the loader said.
        error: String,
    },
}

/// Whether a tensor of a network belongs to a part of it.
fn belongs(tensor: &str, part: NetworkPart) -> bool {
    match part {
        NetworkPart::Whole => true,
        NetworkPart::Encoder => !is_of_decoder(tensor),
        NetworkPart::Decoder => is_of_decoder(tensor),
    }
}

fn is_of_decoder(tensor: &str) -> bool {
    tensor.starts_with("decoder.")
}

/// Writes a learner's weights, with the recipe in the metadata. The file is complete or not written at all.
pub fn save_weights(learner: &Learner, recipe: &Recipe, path: &Path) -> Result<(), WeightsError> {
    let metadata = [("recipe", recipe.to_toml()), ("step", learner.step_number().to_string())];
    let bytes = saved(&learner.model(), metadata).map_err(WeightsError::Gathering)?;
    Ok(write_atomically(path, &bytes)?)
}

/// A network as safetensors in PyTorch's layout.
fn saved(
    model: &Autoencoder,
    metadata: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Vec<u8>, String> {
    // Files that Burn writes can be read by their owner only, so it returns bytes, which are written here.
    let mut store = SafetensorsStore::from_bytes(None)
        .with_to_adapter(BurnToPyTorchAdapter)
        .skip_enum_variants(true)
        .metadata("program", "hourglass");
    for (key, value) in metadata {
        store = store.metadata(key, value);
    }
    let gathered = model.save_into(&mut store).and_then(|()| store.get_bytes());
    gathered.map_err(|error| error.to_string())
}

/// The weights of a file, on the host.
#[derive(Clone, Debug)]
pub struct InitialWeights {
    name: String,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl InitialWeights {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, InitError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let bytes = std::fs::read(path).map_err(|error| InitError::Reading { name: name.clone(), error })?;
        Self::read(name, &bytes)
    }

    /// Reads the contents of a file.
    pub fn read(name: String, bytes: &[u8]) -> Result<Self, InitError> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| InitError::Format { name: name.clone(), error })?;
        let mut tensors = BTreeMap::new();
        for (tensor, view) in file.tensors() {
            let values = numbers(&view).map_err(|got| InitError::Numbers {
                name: name.clone(),
                tensor: tensor.clone(),
                got: got.to_owned(),
            })?;
            tensors.insert(tensor, (view.shape().to_vec(), values));
        }
        Ok(Self { name, tensors })
    }

    /// Puts the weights into a network, and returns how many tensors were taken.
    pub fn load_into(&self, learner: &mut Learner, part: NetworkPart) -> Result<usize, InitError> {
        if learner.stack().is_some() {
            return Err(InitError::Pretrained);
        }
        let failed = |error: String| InitError::Loading { name: self.name.clone(), error };
        let own = saved(&learner.model(), []).map_err(failed)?;
        let own = Self::read("the network".to_owned(), &own)?;
        let wanted: Vec<&String> = own.tensors.keys().filter(|tensor| belongs(tensor, part)).collect();
        let sources = self.sources(&wanted, &own)?;
        let mut all = own.tensors.clone();
        for (tensor, source) in &sources {
            all.insert((*tensor).clone(), self.tensors[*source].clone());
        }
        let bytes: BTreeMap<&String, Vec<u8>> = all
            .iter()
            .map(|(name, (_, values))| (name, values.iter().flat_map(|x| x.to_le_bytes()).collect()))
            .collect();
        let views = all.iter().map(|(name, (shape, _))| {
            TensorView::new(Dtype::F32, shape.clone(), &bytes[name]).map(|view| (name.clone(), view))
        });
        let views: Vec<(String, TensorView<'_>)> =
            views.collect::<Result<_, _>>().map_err(|error| failed(error.to_string()))?;
        let file = safetensors::serialize(views, None).map_err(|error| failed(error.to_string()))?;
        let mut store = SafetensorsStore::from_bytes(Some(file))
            .with_from_adapter(PyTorchToBurnAdapter)
            .skip_enum_variants(true);
        let mut result = Ok(());
        learner.change_model(|model| {
            result = model.load_from(&mut store).map(|_| ()).map_err(|error| error.to_string());
            *model = model.clone().with_tied_weights().with_unit_columns();
        });
        result.map_err(failed)?;
        Ok(sources.len())
    }

    /// The tensor of the file for each that is wanted.
    fn sources<'a>(
        &'a self,
        wanted: &[&'a String],
        own: &'a Self,
    ) -> Result<Vec<(&'a String, &'a String)>, InitError> {
        let has_names = wanted.iter().any(|tensor| self.tensors.contains_key(*tensor));
        let mut by_order = [self.in_order(false), self.in_order(true)].map(Vec::into_iter);
        let mut sources = Vec::new();
        let mut in_order = wanted.to_vec();
        // The layers up to the code come first, the code last of them.
        in_order.sort_by_key(|tensor| (is_of_decoder(tensor), tensor.starts_with("code."), natural(tensor)));
        for tensor in in_order {
            let source = if has_names {
                self.tensors.get_key_value(tensor).map(|(name, _)| name)
            } else {
                by_order[usize::from(is_of_decoder(tensor))].next()
            };
            let (want, _) = &own.tensors[tensor];
            let Some(source) = source else {
                return Err(InitError::Missing {
                    name: self.name.clone(),
                    tensor: tensor.clone(),
                    want: written(want),
                    found: self.listed(),
                });
            };
            let (got, _) = &self.tensors[source];
            if got != want {
                return Err(InitError::Shape {
                    name: self.name.clone(),
                    tensor: source.clone(),
                    got: written(got),
                    want: format!("{} for {tensor}", written(want)),
                });
            }
            sources.push((tensor, source));
        }
        Ok(sources)
    }

    /// The tensors of the encoder or the decoder, layer after layer.
    fn in_order(&self, of_decoder: bool) -> Vec<&String> {
        let mut names: Vec<&String> =
            self.tensors.keys().filter(|name| is_of_decoder(name) == of_decoder).collect();
        names.sort_by_key(|name| natural(name));
        names
    }

    /// The first tensors, in words.
    fn listed(&self) -> String {
        let listed = |(name, (shape, _)): (&String, &(Vec<usize>, _))| format!("{name} ({})", written(shape));
        let mut all: Vec<String> = self.tensors.iter().take(6).map(listed).collect();
        if self.tensors.len() > all.len() {
            all.push(format!("{} more", self.tensors.len() - all.len()));
        }
        if all.is_empty() { "none".to_owned() } else { all.join(", ") }
    }
}

/// The values of a tensor, or what it holds instead.
fn numbers(view: &TensorView<'_>) -> Result<Vec<f32>, &'static str> {
    let values: Vec<f32> = match view.dtype() {
        Dtype::F32 => view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F64 => {
            view.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()
        }
        _ => return Err("numbers of another kind"),
    };
    if values.iter().all(|x| x.is_finite()) { Ok(values) } else { Err("numbers that are not finite") }
}

/// A key that sorts numbers in names by their size, and a weight before its bias.
fn natural(name: &str) -> Vec<(u64, String)> {
    let part = |part: &str| match part.parse::<u64>() {
        Ok(number) => (number, String::new()),
        Err(_) => (u64::MAX, if part == "bias" { "weight~".to_owned() } else { part.to_owned() }),
    };
    name.split('.').map(part).collect()
}

/// A shape as people write it.
fn written(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
