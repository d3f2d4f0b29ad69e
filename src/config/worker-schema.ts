import { z } from 'zod'
import { modelName } from './model-schema.ts'

/** As in `sluice worker list`, and part of socket names. */
export const workerName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'use letters, digits, ".", "_" and "-"')

const address = z
  .string()
  .max(1024)
  .regex(/^(unix:.+|.+:\d{1,5})$/, 'write unix:PATH or HOST:PORT')

const tls = z
  .strictObject({
    ca: z.string().optional().describe("PEM file of the authority that signed the worker's certificate"),
    certificate: z.string().optional().describe('our PEM certificate, where the worker asks for one'),
    key: z.string().optional().describe('its PEM key'),
    server_name: z.string().optional().describe("the name in the worker's certificate, if not the host's"),
  })
  .refine((value) => (value.certificate === undefined) === (value.key === undefined), {
    message: 'certificate and key belong together',
  })

export const externalWorkerSchema = z.strictObject({
  kind: z.literal('external').default('external'),
  name: workerName.optional().describe('how we call it; default: its address'),
  address: address.describe('unix:PATH or HOST:PORT of a running worker'),
  serves: z
    .record(z.string().min(1).max(200), modelName)
    .optional()
    .describe("the worker's model id -> the name that requests use; default: all of its models by their ids"),
  tls: tls.optional().describe('encrypt the connection'),
})

const pythonWorkerSchema = z.strictObject({
  kind: z.literal('python'),
  name: workerName.optional(),
  model: z.string().min(1).max(1024).describe("a folder with safetensors, or a hub's name"),
  serves: modelName.optional().describe("the name that requests use; default: the folder's"),
  python: z.string().min(1).default('auto').describe('an interpreter, or auto: make an environment'),
  count: z.int().min(1).max(64).default(1).describe('how many of it'),
  backend: z.enum(['auto', 'transformers', 'vllm', 'mlx']).default('auto'),
  device: z.string().max(32).optional(),
  dtype: z.string().max(32).optional(),
  parallel: z.int().min(1).max(1024).optional(),
  context_length: z.int().min(16).max(10_000_000).optional(),
  arguments: z.array(z.string().max(1024)).max(64).default([]).describe('further ones for the worker'),
})

export const workerSchema = z.union([
  address.transform((text) => externalWorkerSchema.parse({ address: text })),
  pythonWorkerSchema,
  externalWorkerSchema,
])
export type PythonWorkerConfig = z.output<typeof pythonWorkerSchema>
export type ExternalWorkerConfig = z.output<typeof externalWorkerSchema>
