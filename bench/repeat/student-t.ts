/**
 * How many standard errors hold a share of Student's distribution around its middle: 2.776 for 95 % and 4 degrees of
 * freedom. By its finite series for whole degrees (Abramowitz and Stegun, 26.7.3 and 26.7.4).
 */
export const studentT = (confidence: number, degrees: number): number => {
  let [low, high] = [0, 1]
  while (shareWithin(high, degrees) < confidence) high *= 2
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (shareWithin(middle, degrees) < confidence) low = middle
    else high = middle
  }
  return high
}

const shareWithin = (t: number, degrees: number): number => {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const odd = degrees % 2 === 1
  let term = odd ? cosine : 1
  let sum = degrees === 1 ? 0 : term
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
