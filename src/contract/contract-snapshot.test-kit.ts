import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'

/**
 * Everything that a message on the wire depends on, in words that a diff shows well:
 * `message llm.v1.Usage` -> `1` -> `uint32 prompt_tokens`. Fields and enum values go by their numbers.
 */
export type ContractSnapshot = Record<string, Record<string, string>>

/** Of all files in the folder. */
export function readContract(protoFolder: string): ContractSnapshot {
  const files = readdirSync(protoFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.proto'))
    .sort()
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => (target.startsWith(protoFolder) ? target : join(protoFolder, target))
  root.loadSync(
    files.map((file) => join(protoFolder, file)),
    { keepCase: true },
  )
  root.resolveAll()
  const own = new Set(files.map((file) => join(protoFolder, file)))
  return Object.fromEntries(describeNamespace(root, (file) => own.has(file)))
}

/** Of one file's text, for tests. */
export function parseContract(text: string): ContractSnapshot {
  const { root } = protobuf.parse(text, new protobuf.Root(), { keepCase: true })
  root.resolveAll()
  return Object.fromEntries(describeNamespace(root, () => true))
}

type Entry = [name: string, members: Record<string, string>]

const describeNamespace = (namespace: protobuf.NamespaceBase, isOwn: (file: string) => boolean): Entry[] =>
  namespace.nestedArray.flatMap((member) => {
    const inner = member instanceof protobuf.Namespace ? describeNamespace(member, isOwn) : []
    const own = describe(member)
    return own && isOwn(member.filename ?? '') ? [own, ...inner] : inner
  })

const nameOf = (thing: protobuf.ReflectionObject) => thing.fullName.slice(1)

function describe(member: protobuf.ReflectionObject): Entry | undefined {
  if (member instanceof protobuf.Type)
    return [
      `message ${nameOf(member)}`,
      Object.fromEntries(member.fieldsArray.map((field) => [field.id, describeField(field)])),
    ]
  if (member instanceof protobuf.Enum)
    return [
      `enum ${nameOf(member)}`,
      Object.fromEntries(Object.entries(member.values).map(([name, value]) => [value, name])),
    ]
  if (member instanceof protobuf.Service)
    return [
      `service ${nameOf(member)}`,
      Object.fromEntries(member.methodsArray.map((method) => [method.name, describeMethod(method)])),
    ]
  return undefined
}

function describeField(field: protobuf.Field): string {
  const type = field.resolvedType ? nameOf(field.resolvedType) : field.type
  const whole = field instanceof protobuf.MapField ? `map<${field.keyType}, ${type}>` : type
  const isOptional = field.options?.['proto3_optional'] === true
  const label = field.repeated ? 'repeated ' : isOptional ? 'optional ' : ''
  const oneof = field.partOf && !isOptional ? ` in oneof ${field.partOf.name}` : ''
  return `${label}${whole} ${field.name}${oneof}`
}

function describeMethod(method: protobuf.Method): string {
  const side = (type: protobuf.Type | null, isStream: boolean | undefined) =>
    `${isStream ? 'stream ' : ''}${type ? nameOf(type) : ''}`
  const request = side(method.resolvedRequestType, method.requestStream)
  return `${request} -> ${side(method.resolvedResponseType, method.responseStream)}`
}

/** What a program that was built against `before` would misunderstand now. */
export const findBreaks = (before: ContractSnapshot, now: ContractSnapshot): string[] =>
  Object.entries(before).flatMap(([name, members]) => {
    const current = now[name]
    if (current === undefined) return [`${name} has vanished`]
    return Object.entries(members)
      .filter(([key, meaning]) => current[key] !== meaning)
      .map(([key, meaning]) =>
        current[key] === undefined
          ? `${name}: ${key} (${meaning}) has vanished`
          : `${name}: ${key} was "${meaning}" and is "${current[key]}"`,
      )
  })

/** What `now` has and `before` has not, by its place. */
export const findNew = (before: ContractSnapshot, now: ContractSnapshot): string[] =>
  Object.entries(now).flatMap(([name, members]) =>
    Object.keys(members)
      .filter((key) => before[name]?.[key] === undefined)
      .map((key) => `${name}: ${key} (${members[key]})`),
  )

/** `before` with what is new in `now`; what `before` has stays as it is. */
export function addNew(before: ContractSnapshot, now: ContractSnapshot): ContractSnapshot {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return Object.fromEntries(names.map((name) => [name, { ...now[name], ...before[name] }]))
}
