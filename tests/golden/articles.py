"""Trains the networks of the five articles in PyTorch, to compare them with the recipes `article-*`: the same layers,
initial weights, batches and optimiser, and the first 54,000 training images of MNIST. Prints the costs on the 10,000 test
images, and stores them in articles.json.

    python3 tests/golden/articles.py FOLDER_OF_MNIST

Needs PyTorch, NumPy and scikit-learn. The stored figures were made with PyTorch 2.15 and scikit-learn 1.9 on the CPU.
"""

import gzip
import json
import os
import sys

import numpy as np
import torch
from sklearn.decomposition import MiniBatchDictionaryLearning
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCHS = 10


def images(folder, name):
    with gzip.open(os.path.join(folder, name + "-images-idx3-ubyte.gz")) as file:
        bytes = np.frombuffer(file.read(), np.uint8, offset=16)
    return torch.tensor(bytes.reshape(-1, 784).astype(np.float32) / 255.0)


def mlp(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers[:-1]


class Plain(nn.Module):
    def __init__(self, layers, is_signed=False):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.is_signed = is_signed

    def scaled(self, x):
        return x * 2 - 1 if self.is_signed else x

    def cost(self, x):
        return F.mse_loss(self.layers(self.scaled(x)), self.scaled(x))

    def measured(self, x):
        y, x = self.layers(self.scaled(x)), self.scaled(x)
        return {"mean squared error per pixel, in the scale of the network": F.mse_loss(y, x).item()}


class Vae(nn.Module):
    def __init__(self, hidden, code):
        super().__init__()
        self.down = nn.Sequential(*mlp(784, *hidden), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(hidden[-1], code), nn.Linear(hidden[-1], code)
        self.up = nn.Sequential(*mlp(code, *hidden[::-1], 784))

    def encoded(self, x):
        h = self.down(x)
        return self.mean(h), self.log_variance(h)

    def terms(self, x):
        mean, log_variance = self.encoded(x)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        nats = F.binary_cross_entropy_with_logits(self.up(z), x, reduction="sum")
        kl = 0.5 * (mean**2 + torch.expm1(log_variance) - log_variance).sum()
        return nats, kl

    # The articles sum over the batch. Adam's steps are the same for the sum and for the mean.
    def cost(self, x):
        return sum(self.terms(x))

    def measured(self, x):
        nats, kl = (term.item() / len(x) for term in self.terms(x))
        return {"negative ELBO": nats + kl, "reconstruction": nats, "KL": kl}


def trained(model, train, batch):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(EPOCHS):
        order = torch.randperm(len(train))
        for start in range(0, len(train), batch):
            optimizer.zero_grad()
            model.cost(train[order[start : start + batch]]).backward()
            optimizer.step()
    return model


def sparse_codes(vae, train, test):
    """A dictionary of 64 atoms of the codes, and what is decoded from sparse codes (lambda 0.5)."""
    with torch.no_grad():
        codes, held = vae.encoded(train)[0].numpy(), vae.encoded(test)[0].numpy()
        learner = MiniBatchDictionaryLearning(
            64, alpha=0.5, batch_size=128, max_iter=4, fit_algorithm="cd", transform_algorithm="lasso_cd", random_state=1
        )
        atoms = learner.fit(codes).components_
        sparse = learner.transform(held)
        decoded = torch.sigmoid(vae.up(torch.tensor((sparse @ atoms).astype(np.float32))))
        plain = torch.sigmoid(vae.up(torch.tensor(held)))
        return {
            "squared error from sparse codes": ((decoded - test) ** 2).sum(1).mean().item(),
            "squared error from codes": ((plain - test) ** 2).sum(1).mean().item(),
            "atoms per image": float((sparse != 0).sum(1).mean()),
        }


def main():
    folder = sys.argv[1]
    train, test = images(folder, "train")[:54_000], images(folder, "t10k")
    networks = {
        "article-costs": lambda: (Plain(code_linear() + [nn.Sigmoid()], is_signed=True), 64),
        "article-costs-tanh": lambda: (Plain(code_linear() + [nn.Tanh()], is_signed=True), 64),
        "article-linear": lambda: (Plain([nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 784)]), 64),
        "article-vae": lambda: (Vae([400], 20), 128),
        "article-sparse-codes": lambda: (Vae([512, 256], 32), 128),
    }
    wanted = sys.argv[2:] or list(networks)
    path = os.path.join(HERE, "articles.json")
    found = json.load(open(path)) if os.path.exists(path) else {}
    for name in wanted:
        rows = []
        for seed in range(1, 4):
            torch.manual_seed(seed)
            model, batch = networks[name]()
            model = trained(model, train, batch)
            with torch.no_grad():
                row = model.measured(test)
            if name == "article-sparse-codes":
                row |= sparse_codes(model, train, test)
            print(name, seed, row, flush=True)
            rows.append(row)
        found[name] = {key: [row[key] for row in rows] for key in rows[0]}
        json.dump(found, open(path, "w"), indent=1)


def code_linear():
    """784-128-64-32 and back. The code has no activation."""
    return mlp(784, 128, 64, 32) + mlp(32, 64, 128, 784)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
