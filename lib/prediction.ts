/**
 * Tokens a round commits on average when each draft token is accepted with chance α after those before it:
 * 1 + α + … + α^K, the correction or bonus token included.
 */
export function expectedTokensPerRound(alpha: number, draftLength: number): number {
  let sum = 0;
  for (let i = 0; i <= draftLength; i++) sum += alpha ** i;
  return sum;
}

/**
 * Expected gain over decoding with the target alone, (1 − α^(K+1)) / ((1 − α)(K·c + v(K+1))).
 * @param alpha Agreement, 0…1.
 * @param draftLength K, ≥ 0.
 * @param draftCost c: one draft step relative to one target step.
 * @param verifyCost v(K + 1): a target pass of K + 1 rows relative to one of a single row.
 */
export function expectedSpeedup(
  alpha: number,
  draftLength: number,
  draftCost: number,
  verifyCost: number,
): number {
  return expectedTokensPerRound(alpha, draftLength) / (draftLength * draftCost + verifyCost);
}
