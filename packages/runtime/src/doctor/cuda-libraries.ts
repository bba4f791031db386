/** A package that has a shared library of NVIDIA's. */
export interface LibraryPackage {
  /** What NVIDIA calls it. */
  readonly product: string;
  /** Command that installs it; it says where the library then is, when the loader does not look there by itself. */
  readonly fix: string;
}

interface Product {
  readonly product: string;
  /** Name of the wheel without the CUDA version: `nvidia-<wheel>`. */
  readonly wheel: string;
  /** Name of NVIDIA's Debian package, for a version of CUDA as `13-0`. */
  readonly debian: (cuda: number) => string;
}

const version = (cuda: number): string => (cuda === 12 ? '12-9' : `${cuda}-0`);

const PRODUCTS: Readonly<Record<string, Product>> = {
  libcudart: {
    product: 'CUDA runtime',
    wheel: 'cuda-runtime',
    debian: (cuda) => `cuda-cudart-${version(cuda)}`,
  },
  libcublas: { product: 'cuBLAS', wheel: 'cublas', debian: (cuda) => `libcublas-${version(cuda)}` },
  libcublasLt: { product: 'cuBLAS', wheel: 'cublas', debian: (cuda) => `libcublas-${version(cuda)}` },
  libcurand: { product: 'cuRAND', wheel: 'curand', debian: (cuda) => `libcurand-${version(cuda)}` },
  libcufft: { product: 'cuFFT', wheel: 'cufft', debian: (cuda) => `libcufft-${version(cuda)}` },
  libnvrtc: { product: 'NVRTC', wheel: 'cuda-nvrtc', debian: (cuda) => `cuda-nvrtc-${version(cuda)}` },
  libcudnn: { product: 'cuDNN 9', wheel: 'cudnn', debian: (cuda) => `libcudnn9-cuda-${cuda}` },
  libnvinfer: { product: 'TensorRT', wheel: 'tensorrt', debian: () => 'libnvinfer10' },
  libnvonnxparser: { product: 'TensorRT', wheel: 'tensorrt', debian: () => 'libnvonnxparsers10' },
};

/** Libraries that the provider opens by name while it runs, by version of CUDA: no loader knows of them beforehand. */
const OPENED_LATER: Readonly<Record<number, readonly string[]>> = {
  12: ['libcudnn.so.9', 'libcufft.so.11'],
  13: ['libcudnn.so.9', 'libcufft.so.12'],
};

/** The version of CUDA that a provider was built for, by the libraries that it needs. */
export function cudaVersionOf(needed: readonly string[]): number | undefined {
  for (const name of needed) {
    const match = /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)$/.exec(name);
    if (match) return Number(match[1]);
  }
  return undefined;
}

/** Libraries that are asked for by some operators alone. */
export function openedLater(cuda: number): readonly string[] {
  return OPENED_LATER[cuda] ?? ['libcudnn.so.9'];
}

/**
 * The package with a library.
 *
 * @param name `libcudart.so.13`
 * @param cuda version of CUDA that the provider was built for
 * @returns `undefined` for what is not NVIDIA's
 */
export function packageOf(name: string, cuda: number): LibraryPackage | undefined {
  if (name === 'libcuda.so.1') {
    return {
      product: 'NVIDIA driver',
      fix: 'install the NVIDIA driver of this machine; containers get it with --gpus all',
    };
  }
  const found = PRODUCTS[name.replace(/\.so(\..*)?$/, '')];
  if (found === undefined) return undefined;
  const { product, wheel, debian } = found;
  return {
    product,
    fix: `apt-get install ${debian(cuda)} (NVIDIA's repository), or python3 -m pip install ${wheelName(wheel, cuda)} and put its lib folder on LD_LIBRARY_PATH`,
  };
}

/** From CUDA 13 on NVIDIA's wheels have no suffix, but for those that are not a part of CUDA itself. */
function wheelName(wheel: string, cuda: number): string {
  if (wheel === 'tensorrt') return `'tensorrt-cu${cuda}<11'`;
  return cuda >= 13 && wheel !== 'cudnn' ? `nvidia-${wheel}` : `nvidia-${wheel}-cu${cuda}`;
}
