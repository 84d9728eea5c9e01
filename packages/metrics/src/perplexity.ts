/** exp of a mean cross-entropy in nats: the number of equally likely classes that would be as hard to guess. */
export function perplexity(meanCrossEntropy: number): number {
  return Math.exp(meanCrossEntropy);
}
