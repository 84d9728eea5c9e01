import type { Verifier } from './verifier.ts';

/** By the name of the golden file: what computes its outputs. Files that are not here are "not built". */
export const VERIFIERS: Readonly<Record<string, () => Promise<Verifier>>> = {
  cosmos_dv: async () => (await import('./cosmos-dv.ts')).verifyCosmosDv,
  cosmos_dv_trace: async () => (await import('./cosmos-dv.ts')).verifyCosmosDv,
  frechet: async () => (await import('./frechet.ts')).verifyFrechet,
  fsq: async () => (await import('./fsq.ts')).verifyFsq,
  lora_dit: async () => (await import('./lora.ts')).verifyLoraDit,
  lora_dit_adapter_diffusers: async () => (await import('./lora.ts')).verifyAdapterFile,
  lora_dit_adapter_peft: async () => (await import('./lora.ts')).verifyAdapterFile,
  lora_linear: async () => (await import('./lora.ts')).verifyLoraLinear,
  lpips: async () => (await import('./lpips.ts')).verifyLpips,
  lpips_pairs: async () => (await import('./lpips.ts')).verifyLpipsPairs,
  metrics: async () => (await import('./metrics.ts')).verifyMetrics,
  ops: async () => (await import('./ops.ts')).verifyOps,
  optim: async () => (await import('./optim.ts')).verifyOptim,
  schedulers: async () => (await import('./schedulers.ts')).verifySchedulers,
  st_maskgit: async () => (await import('./st-maskgit.ts')).verifyStMaskgit,
  st_transformer: async () => (await import('./st-transformer.ts')).verifyStTransformer,
  wan22_dit: async () => (await import('./wan-dit.ts')).verifyWanDit,
  wan22_vae: async () => (await import('./wan22-vae.ts')).verifyWan22Vae,
  wan22_vae_trace: async () => (await import('./wan22-vae.ts')).verifyWan22Vae,
};
