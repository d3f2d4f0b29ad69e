/** Small sums are the usual ones: three digits of them. */
export function formatMoney(dollars: number): string {
  if (dollars === 0) return '-'
  return `$${dollars >= 1 ? dollars.toFixed(2) : Number(dollars.toPrecision(3)).toString()}`
}
