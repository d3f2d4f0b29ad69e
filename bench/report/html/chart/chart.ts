import type { Markup } from '../markup.ts'
import type { Scale } from './scale.ts'

/** The third is a word about this point, shown when it is pointed at. */
export type Point = readonly [x: number, y: number, note?: string]

export type Series = {
  name: string
  shape: 'dots' | 'squares' | 'line' | 'stairs' | 'bars'
  /** A class of the style sheet: the colour. */
  tone: string
  dash?: 'dashed' | 'dotted' | undefined
  points: Point[]
}

export type Axis = { label: string; unit: string; scale: Scale }

/** A line across the plot, at a value of x. */
export type Marker = { x: number; label: string }

export type Chart = {
  id: string
  title: string
  /** One sentence: what is shown, and how it was counted. */
  text: string
  x: Axis
  y: Axis
  series: Series[]
  markers?: Marker[]
  /** A word beside each point of the first series. */
  names?: string[]
  /** Twice as wide as the others. */
  wide?: boolean
  /** The same in figures, for those who do not see the plot. */
  table: Markup
}
