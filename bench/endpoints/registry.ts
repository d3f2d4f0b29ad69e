import { chat } from './chat.ts'
import { completions } from './completions.ts'

export const endpoints = { chat, completions }
export type EndpointName = keyof typeof endpoints
export const endpointNames = Object.keys(endpoints) as EndpointName[]
