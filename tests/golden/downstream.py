"""Makes downstream.json: what independent programs measure on small data: principal components, classification,
detection, disentanglement and compression.

    python tests/golden/downstream.py

The images are the 8x8 digits of scikit-learn (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0).
MIG follows Chen et al. 2018 with 20 bins, the FactorVAE score Kim and Mnih 2018 with 64 samples a vote, and DCI Eastwood
and Williams 2018 with the lasso, fitted to the first half of the images and tried on the other.
"""

import json
import pathlib

import numpy as np
import skimage
import sklearn
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.metrics import adjusted_rand_score, log_loss, mutual_info_score, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

TRAIN, TEST, CODE, NEIGHBOURS, BINS = 300, 100, 8, 5, 20

draw = np.random.default_rng(11)


def listed(values, digits=None):
    values = np.asarray(values)
    return (values if digits is None else values.round(digits)).ravel().tolist()


# Principal components, and what their codes are good for.
grey, labels = load_digits(return_X_y=True)
grey, labels = grey[: TRAIN + TEST].astype(int), labels[: TRAIN + TEST]
train, test = grey[:TRAIN] / 16.0, grey[TRAIN:] / 16.0
pca = PCA(CODE, svd_solver="full").fit(train)
codes, held_out = pca.transform(train), pca.transform(test)
largest = np.abs(pca.components_).argmax(axis=1)
signs = np.sign(pca.components_[np.arange(CODE), largest])
errors = [((test - pca.mean_ - held_out[:, :k] @ pca.components_[:k]) ** 2).sum(axis=1).mean() for k in range(CODE + 1)]
neighbours = KNeighborsClassifier(NEIGHBOURS).fit(codes, labels[:TRAIN])
probe = LogisticRegression(C=1.0, tol=1e-10, max_iter=100_000).fit(codes, labels[:TRAIN])

# A detector's scores with many ties: whole numbers, higher where something is wrong.
is_wrong = draw.random(200) < 0.3
scores = np.round(draw.normal(size=200) * 3 + 3 * is_wrong).astype(int)

# Two ways to sort 200 things into 4 groups.
groups = draw.integers(4, size=200)
others = np.where(draw.random(200) < 0.6, (groups + 1) % 4, draw.integers(4, size=200))

# Factors of 600 images, and three codes: the factors, a rotation of them, and noise.
sizes = [5, 8, 10]
factors = np.stack([draw.integers(size, size=600) for size in sizes], axis=1)
perfect = factors / np.array(sizes)
rotation = np.linalg.qr(draw.normal(size=(3, 3)))[0].round(6)
noise = draw.normal(size=(600, 3)).round(4)


def gap(code):
    bins = [np.digitize(z, np.histogram(z, BINS)[1][:-1]) for z in code.T]
    gaps = []
    for factor in factors.T:
        shared = sorted((mutual_info_score(z, factor) for z in bins), reverse=True)
        gaps.append((shared[0] - shared[1]) / mutual_info_score(factor, factor))
    return float(np.mean(gaps))


def votes(code, count):
    spread = code.var(axis=0)
    for _ in range(count):
        factor = draw.integers(len(sizes))
        value = draw.integers(sizes[factor])
        rows = draw.choice(np.flatnonzero(factors[:, factor] == value), 64)
        yield factor, (code[rows].var(axis=0) / spread).argmin()


def factor_score(code):
    table = np.zeros((3, 3), int)
    for factor, dimension in votes(code, 4_000):
        table[dimension, factor] += 1
    winner = table.argmax(axis=1)
    fresh = [winner[dimension] == factor for factor, dimension in votes(code, 4_000)]
    return float(np.mean(fresh))


def single(importance):
    """1 less the entropy of each row, weighted by the sums of the rows."""
    importance = importance[importance.sum(axis=1) > 0]
    shares = importance / importance.sum(axis=1, keepdims=True)
    logs = np.log(np.where(shares > 0, shares, 1))
    each = 1 + (shares * logs).sum(axis=1) / np.log(importance.shape[1])
    return float((each * importance.sum(axis=1)).sum() / importance.sum())


def dci(code):
    """Disentanglement, completeness, and the share of variance that is explained in the other half."""
    code, wanted = ((x - x.mean(axis=0)) / x.std(axis=0) for x in (code, factors))
    half = len(code) // 2
    columns, explained = [], []
    for factor in wanted.T:
        model = Lasso(alpha=0.02, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(code[:half], factor[:half])
        columns.append(abs(model.coef_))
        error = ((factor[half:] - model.predict(code[half:])) ** 2).mean()
        explained.append(max(0.0, 1 - error / factor[half:].var()))
    importance = np.stack(columns, axis=1)
    return [single(importance), single(importance.T), float(np.mean(explained))]


def quantised(bits):
    """2^bits steps between the smallest and the largest code of the training images, decoded at their middle."""
    low, high = codes.min(axis=0), codes.max(axis=0)
    levels = 2**bits
    symbols, known = (
        np.clip(((numbers - low) / (high - low) * levels).astype(int), 0, levels - 1) for numbers in (held_out, codes)
    )
    decoded = low + (symbols + 0.5) / levels * (high - low)
    coded = 0.0
    for column, seen in zip(symbols.T, known.T):
        # A table of the training codes in which every symbol counts once more than it was seen.
        share = (np.bincount(seen, minlength=levels) + 1) / (len(seen) + levels)
        coded -= np.log2(share[column]).mean()
    error = ((test - pca.mean_ - decoded @ pca.components_) ** 2).sum(axis=1).mean()
    return {"bits": bits, "coded": float(coded), "squared_error": float(error)}


def qualities():
    """Similarity and signal-to-noise ratio of blurred and of noisy images, as Wang et al. 2004 measure them."""
    y, x = np.mgrid[0:20, 0:24]
    image = (0.5 + 0.5 * np.sin(x / 3.0) * np.cos(y / 4.0)).round(4)
    changed = [(0.6 * image + 0.2).round(4), np.clip(image + draw.normal(size=image.shape) * 0.1, 0, 1).round(4)]
    options = {"data_range": 1, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return {
        "size": [20, 24],
        "image": listed(image),
        "changed": [listed(other) for other in changed],
        "ssim": [float(structural_similarity(image, other, **options)) for other in changed],
        "psnr": [float(peak_signal_noise_ratio(image, other, data_range=1)) for other in changed],
    }


rotated = perfect @ rotation
golden = {
    "made_by": f"tests/golden/downstream.py, scikit-learn {sklearn.__version__}, scikit-image {skimage.__version__}, numpy {np.__version__}",
    "digits": {"side": 8, "white": 16, "train": TRAIN, "pixels": listed(grey), "labels": listed(labels)},
    "pca": {
        "variances": listed(pca.explained_variance_ * (TRAIN - 1) / TRAIN),
        "explained": listed(pca.explained_variance_ratio_),
        "components": listed(pca.components_ * signs[:, None]),
        "held_out_errors": listed(errors),
    },
    "neighbours": {"k": NEIGHBOURS, "predicted": listed(neighbours.predict(held_out))},
    "probe": {
        "predicted": listed(probe.predict(held_out)),
        "training_nats": float(log_loss(labels[:TRAIN], probe.predict_proba(codes))),
        "held_out_nats": float(log_loss(labels[TRAIN:], probe.predict_proba(held_out), labels=range(10))),
        "half_squared_weights": float(0.5 * (probe.coef_**2).sum()),
    },
    "detector": {
        "scores": listed(scores),
        "is_wrong": listed(is_wrong.astype(int)),
        "auc": float(roc_auc_score(is_wrong, scores)),
        "auc_reversed": float(roc_auc_score(~is_wrong, scores)),
        "auc_constant": float(roc_auc_score(is_wrong, np.zeros(200))),
    },
    "groups": {"one": listed(groups), "other": listed(others), "ari": float(adjusted_rand_score(groups, others))},
    "disentanglement": {
        "sizes": sizes,
        "factors": listed(factors),
        "rotation": listed(rotation),
        "noise": listed(noise),
        "bins": BINS,
        "mig": {"perfect": gap(perfect), "rotated": gap(rotated), "noise": gap(noise)},
        "factor_vae": {"perfect": factor_score(perfect), "rotated": factor_score(rotated), "noise": factor_score(noise)},
        "dci": {"perfect": dci(perfect), "rotated": dci(rotated), "noise": dci(noise)},
    },
    "quantised": [quantised(bits) for bits in (1, 2, 3, 4, 6, 8)],
    "quality": qualities(),
}
path = pathlib.Path(__file__).with_name("downstream.json")
path.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes")
for name in ("detector", "groups", "disentanglement"):
    print(name, {k: v for k, v in golden[name].items() if not isinstance(v, list)})
print({k: v for k, v in golden["probe"].items() if not isinstance(v, list)}, golden["quantised"])
print("accuracy", (neighbours.predict(held_out) == labels[TRAIN:]).mean(), (probe.predict(held_out) == labels[TRAIN:]).mean())
