/** Figures for readers: grouped by commas whatever the machine's locale, so that reports can be compared. */
export const formatNumber = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

export const formatCount = (value: number): string => formatNumber(value, 0)

/** A share of one in percent. 99.96 % must not be shown as 100. */
export const formatShare = (share: number): string => {
  const percent = share * 100
  const rounded = percent < 100 ? Math.min(99.9, Math.round(percent * 10) / 10) : 100
  return `${formatNumber(rounded, 1)} %`
}
