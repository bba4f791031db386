import { expect, test } from 'vitest';
import { cudaVersionOf, openedLater, packageOf } from '../../src/doctor/cuda-libraries.ts';

test('the version of CUDA is that of the libraries needed', () => {
  expect(cudaVersionOf(['libc.so.6', 'libcublasLt.so.13', 'libcurand.so.10'])).toBe(13);
  expect(cudaVersionOf(['libcufft.so.11', 'libcudart.so.12'])).toBe(12);
  expect(cudaVersionOf(['libcuda.so.1'])).toBeUndefined();
});

test('a library has a package for the version', () => {
  expect(packageOf('libcublasLt.so.13', 13)?.fix).toMatch(/libcublas-13-0 .* pip install nvidia-cublas and/);
  expect(packageOf('libcublas.so.12', 12)?.fix).toMatch(
    /libcublas-12-9 .* pip install nvidia-cublas-cu12 and/,
  );
  expect(packageOf('libcudnn.so.9', 13)?.fix).toMatch(
    /libcudnn9-cuda-13 .* pip install nvidia-cudnn-cu13 and/,
  );
  expect(packageOf('libnvinfer.so.10', 13)?.fix).toContain("'tensorrt-cu13<11'");
  expect(packageOf('libcuda.so.1', 13)).toMatchObject({ product: 'NVIDIA driver' });
  expect(packageOf('libstdc++.so.6', 13)).toBeUndefined();
});

test('libraries that are opened later follow the version', () => {
  expect([12, 13, 14].map(openedLater)).toEqual([
    ['libcudnn.so.9', 'libcufft.so.11'],
    ['libcudnn.so.9', 'libcufft.so.12'],
    ['libcudnn.so.9'],
  ]);
});
