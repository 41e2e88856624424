//! Weights as safetensors in PyTorch's layout: written from a network, and read into one, whole or in part.
//!
//! Tensors are matched by name and shape. A file whose names are all others, such as that of a network written in
//! PyTorch, is matched layer by layer in the order of the names instead: `encoder.0`, `encoder.2` … are the layers up to
//! the code, the code included. Two layers for the mean and the variance of a Gaussian code are joined. Nothing is changed
//! unless everything fits.

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
    tensors: BTreeMap<String, Values>,
}

/// The shape of a tensor and its values.
type Values = (Vec<usize>, Vec<f32>);

/// The tensors of a layer, by the last part of their names.
#[derive(Clone, Debug)]
struct Layer {
    /// What the names have in common, up to the last dot.
    name: String,
    tensors: BTreeMap<String, Values>,
}

impl Layer {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), tensors: BTreeMap::new() }
    }

    /// Whether it has the tensors of another layer, in their shapes.
    fn fits(&self, other: &Self) -> bool {
        let has = |(end, (shape, _)): (&String, &Values)| {
            self.tensors.get(end).is_some_and(|(own, _)| own == shape)
        };
        other.tensors.iter().all(has)
    }

    /// Whether it is half of another layer: as many inputs, half the outputs.
    fn is_half_of(&self, other: &Self) -> bool {
        let is_half = |(end, (shape, _)): (&String, &Values)| {
            self.tensors.get(end).is_some_and(|(own, _)| own[0] * 2 == shape[0] && own[1..] == shape[1..])
        };
        other.tensors.iter().all(is_half)
    }
}

/// Joins the two layers that a network of PyTorch has for the mean and the logarithm of the variance, which are one layer
/// here. The mean comes first, as does whatever is not called a variance.
fn join_heads(layers: &mut Vec<Layer>, head: &Layer) {
    let halves: Vec<usize> = (0..layers.len()).filter(|index| layers[*index].is_half_of(head)).collect();
    let &[first, second] = halves.as_slice() else { return };
    let other = layers.remove(second);
    let is_variance = |layer: &Layer| ["var", "std", "sigma"].iter().any(|word| layer.name.contains(word));
    let is_swapped = is_variance(&layers[first]) && !is_variance(&other);
    for (end, values) in &mut layers[first].tensors {
        let Some(other) = other.tensors.get(end) else { continue };
        let halves = [values.1.as_slice(), &other.1];
        let [mean, variance] = if is_swapped { [halves[1], halves[0]] } else { halves };
        values.1 = [mean, variance].concat();
        values.0[0] *= 2;
    }
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
        let found = self.found(part, &own)?;
        let count = found.len();
        let mut all = own.tensors;
        all.extend(found);
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
        Ok(count)
    }

    /// The values for each tensor that is wanted: by name, or by order where the file has none of the names.
    fn found(&self, part: NetworkPart, own: &Self) -> Result<BTreeMap<String, Values>, InitError> {
        let has_names = own.tensors.keys().any(|name| belongs(name, part) && self.tensors.contains_key(name));
        let layers = if has_names { Vec::new() } else { self.in_order(part, own) };
        let mut found = BTreeMap::new();
        for (place, wanted) in own.layers(part).iter().enumerate() {
            // Weights before biases: they say more about a layer that does not fit.
            for (end, want) in wanted.tensors.iter().rev() {
                let tensor = format!("{}{end}", wanted.name);
                let (source, values) = if has_names {
                    (tensor.clone(), self.tensors.get(&tensor))
                } else {
                    let layer = layers.get(place);
                    let name = layer.map_or_else(String::new, |layer| format!("{}{end}", layer.name));
                    (name, layer.and_then(|layer| layer.tensors.get(end)))
                };
                let Some(values) = values else { return Err(self.missing(&tensor, &want.0)) };
                if values.0 != want.0 {
                    return Err(InitError::Shape {
                        name: self.name.clone(),
                        tensor: source,
                        got: written(&values.0),
                        want: format!("{} for {tensor}", written(&want.0)),
                    });
                }
                found.insert(tensor, values.clone());
            }
        }
        Ok(found)
    }

    fn missing(&self, tensor: &str, want: &[usize]) -> InitError {
        InitError::Missing {
            name: self.name.clone(),
            tensor: tensor.to_owned(),
            want: written(want),
            found: self.listed(),
        }
    }

    /// The layers of a part, from the image to the code and on to the image.
    fn layers(&self, part: NetworkPart) -> Vec<Layer> {
        let mut layers: BTreeMap<String, Layer> = BTreeMap::new();
        for (tensor, values) in self.tensors.iter().filter(|(tensor, _)| belongs(tensor, part)) {
            let (name, end) = tensor.split_at(tensor.rfind('.').map_or(0, |dot| dot + 1));
            let layer = layers.entry(name.to_owned()).or_insert_with(|| Layer::new(name));
            layer.tensors.insert(end.to_owned(), values.clone());
        }
        let mut layers: Vec<Layer> = layers.into_values().collect();
        // The layers up to the code come first, the code last of them.
        layers.sort_by_cached_key(|layer| {
            let name = &layer.name;
            (is_of_decoder(name), name.starts_with("code."), natural(name))
        });
        layers
    }

    /// The layers of a file with other names, one for each that is wanted: in the order of their names, or, if their shapes
    /// do not fit in that order, each the first one that fits.
    fn in_order(&self, part: NetworkPart, own: &Self) -> Vec<Layer> {
        let wanted = own.layers(part);
        let is_marked = self.tensors.keys().any(|name| is_of_decoder(name));
        let mut layers = self.layers(if is_marked { part } else { NetworkPart::Whole });
        if let Some(head) = own.layers(NetworkPart::Encoder).last() {
            join_heads(&mut layers, head);
        }
        if !is_marked && part == NetworkPart::Decoder {
            layers.drain(..layers.len().saturating_sub(wanted.len()));
        }
        let mut rest = layers.clone();
        let by_shape: Option<Vec<Layer>> = wanted
            .iter()
            .map(|wanted| rest.iter().position(|layer| layer.fits(wanted)).map(|place| rest.remove(place)))
            .collect();
        let fits_in_order = wanted.iter().zip(&layers).all(|(wanted, layer)| layer.fits(wanted));
        by_shape.filter(|_| !fits_in_order).unwrap_or(layers)
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

/// A key that sorts names by the numbers in them.
fn natural(name: &str) -> Vec<(u64, String)> {
    name.split('.')
        .map(|part| match part.parse::<u64>() {
            Ok(number) => (number, String::new()),
            Err(_) => (u64::MAX, part.to_owned()),
        })
        .collect()
}

/// A shape as people write it.
fn written(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
