import type { EngineFlavour } from './engine-install.ts';

export const TENSORFLOW_VERSION = '2.21.0';

/** A pinned wheel: pip refuses it where its content differs. */
export interface Wheel {
  readonly requirement: string;
  readonly sha256: string;
}

export interface WheelSet {
  /** What pip calls the platforms; several, because NVIDIA's wheels are tagged differently. */
  readonly platforms: readonly string[];
  readonly wheels: readonly Wheel[];
  /** Bytes to download, about; for the progress line only. */
  readonly bytes: number;
}

/** Wheels of this Python are asked for whatever Python runs pip: only the libraries in them are used. */
export const WHEEL_PYTHON = '3.11';

// NVIDIA's wheels are what pip resolves `tensorflow[and-cuda]==2.21.0` to; hashes as `pip install --report` gives them.
const SETS: Readonly<Record<string, WheelSet>> = {
  'linux-x64-cpu': {
    platforms: ['manylinux_2_27_x86_64'],
    bytes: 273_829_956,
    wheels: [
      {
        requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
        sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      },
    ],
  },
  'linux-arm64-cpu': {
    platforms: ['manylinux_2_27_aarch64'],
    bytes: 290_000_000,
    wheels: [
      {
        requirement: `tensorflow==${TENSORFLOW_VERSION}`,
        sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      },
    ],
  },
  'linux-x64-cuda': {
    platforms: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    bytes: 3_400_000_000,
    wheels: [
      {
        requirement: `tensorflow==${TENSORFLOW_VERSION}`,
        sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      },
      {
        requirement: 'nvidia-cublas-cu12==12.9.3.13',
        sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      },
      {
        requirement: 'nvidia-cuda-cupti-cu12==12.8.90',
        sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
      },
      {
        requirement: 'nvidia-cuda-nvcc-cu12==12.9.86',
        sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      },
      {
        requirement: 'nvidia-cuda-nvrtc-cu12==12.9.86',
        sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      },
      {
        requirement: 'nvidia-cuda-runtime-cu12==12.9.79',
        sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      },
      {
        requirement: 'nvidia-cudnn-cu12==9.28.0.42',
        sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      },
      {
        requirement: 'nvidia-cufft-cu12==11.4.1.4',
        sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      },
      {
        requirement: 'nvidia-curand-cu12==10.3.10.19',
        sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      },
      {
        requirement: 'nvidia-cusolver-cu12==11.7.5.82',
        sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      },
      {
        requirement: 'nvidia-cusparse-cu12==12.5.10.65',
        sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      },
      {
        requirement: 'nvidia-nccl-cu12==2.32.3',
        sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
      },
      {
        requirement: 'nvidia-nvjitlink-cu12==12.9.86',
        sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      },
    ],
  },
};

/** The wheels for a platform such as `linux-x64`; undefined where TensorFlow publishes none that we support. */
export function wheelSet(platform: string, flavour: EngineFlavour): WheelSet | undefined {
  return SETS[`${platform}-${flavour}`];
}
