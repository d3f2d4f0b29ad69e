import { dirname } from 'node:path'
import type { Resolved } from './resolve.ts'

/** What relative paths of `models` and `workers` start from: the config file's folder where that names the models. */
export const resolveBaseFolder = ({ origins }: Resolved, file: string, otherwise: string): string =>
  origins.models === file ? dirname(file) : otherwise
