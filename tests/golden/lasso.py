"""Makes lasso.json: a Lasso problem and its solution by scikit-learn, for tests/numbers/dictionary/lasso.rs.

    python tests/golden/lasso.py

The dictionary has unit columns; the solver is coordinate descent on 1/2 |z - D a|^2 + lambda |a|_1.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import Lasso

DIMENSIONS, ATOMS, SAMPLES, LAMBDA = 20, 40, 6, 0.3

draw = np.random.default_rng(20)
atoms = draw.normal(size=(ATOMS, DIMENSIONS))
atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
samples = draw.normal(size=(SAMPLES, DIMENSIONS))

solver = Lasso(alpha=LAMBDA / DIMENSIONS, fit_intercept=False, tol=1e-15, max_iter=1_000_000)
codes = np.stack([solver.fit(atoms.T, sample).coef_.copy() for sample in samples])
residual = samples - codes @ atoms
objectives = 0.5 * (residual**2).sum(axis=1) + LAMBDA * np.abs(codes).sum(axis=1)

golden = {
    "made_by": f"tests/golden/lasso.py, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "dimensions": DIMENSIONS,
    "lambda": LAMBDA,
    "atoms": atoms.ravel().tolist(),
    "samples": samples.ravel().tolist(),
    "objectives": objectives.tolist(),
    "nonzeros": (np.abs(codes) > 1e-9).sum(axis=1).tolist(),
}
path = pathlib.Path(__file__).with_name("lasso.json")
path.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")
print(path.stat().st_size, objectives, golden["nonzeros"])
# How far duality says they are from the optimum.
scale = np.minimum(1, LAMBDA / np.abs(residual @ atoms.T).max(axis=1))[:, None]
dual = 0.5 * (samples**2).sum(axis=1) - 0.5 * ((samples - scale * residual) ** 2).sum(axis=1)
print("duality gap", objectives - dual)
