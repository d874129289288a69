import { WireWriter } from '../protobuf/wire.ts'

/** What old kubectl asks for, and what it is answered with. */
export const v2Protobuf = {
  accepted: /application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/,
  contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
} as const

type Json = Record<string, unknown>
type Write = (writer: WireWriter, number: number, value: unknown) => void
/** JSON key → field number and how its value is written. */
type Table = Readonly<Record<string, readonly [number: number, write: Write]>>

const text: Write = (writer, number, value) => void writer.text(number, String(value))
const flag: Write = (writer, number, value) => void (value && writer.varint(number, true))
const whole: Write = (writer, number, value) => void writer.varint(number, Number(value))
const double: Write = (writer, number, value) => void writer.double(number, Number(value))
/** Values of any type travel as YAML; JSON is YAML. */
const any: Write = (writer, number, value) =>
  void writer.message(number, new WireWriter().text(2, JSON.stringify(value)))
const listOf =
  (write: Write): Write =>
  (writer, number, value) => {
    for (const one of value as unknown[]) write(writer, number, one)
  }
const messageOf =
  (table: () => Table, extensions?: number): Write =>
  (writer, number, value) =>
    void writer.message(number, encode(value as Json, table(), extensions))
/** Maps are messages of `{name, value}` pairs. */
const pairsOf =
  (write: Write, pairNumber = 1): Write =>
  (writer, number, value) => {
    const pairs = new WireWriter()
    for (const [name, one] of Object.entries(value as Json)) {
      const pair = new WireWriter().text(1, name)
      write(pair, 2, one)
      pairs.message(pairNumber, pair)
    }
    writer.message(number, pairs)
  }
/** A choice of messages: the alternative's number inside of a message of its own. */
const within =
  (inner: number, write: Write): Write =>
  (writer, number, value) => {
    const choice = new WireWriter()
    write(choice, inner, value)
    writer.message(number, choice)
  }

/** `x-…` keys go into the extensions of their message. */
function encode(object: Json, table: Table, extensions?: number): WireWriter {
  const writer = new WireWriter()
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue
    const field = Object.hasOwn(table, key) ? table[key] : undefined
    if (field) field[1](writer, field[0], value)
    else if (extensions && key.startsWith('x-')) {
      const extension = new WireWriter().text(1, key)
      any(extension, 2, value)
      writer.message(extensions, extension)
    }
  }
  return writer
}

const schema: Write = messageOf(() => schemaTable, 31)

const schemaTable: Table = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, double],
  maximum: [7, double],
  exclusiveMaximum: [8, flag],
  minimum: [9, double],
  exclusiveMinimum: [10, flag],
  maxLength: [11, whole],
  minLength: [12, whole],
  pattern: [13, text],
  maxItems: [14, whole],
  minItems: [15, whole],
  uniqueItems: [16, flag],
  maxProperties: [17, whole],
  minProperties: [18, whole],
  required: [19, listOf(text)],
  enum: [20, listOf(any)],
  additionalProperties: [
    21,
    (writer, number, value) =>
      typeof value === 'object' ? within(1, schema)(writer, number, value) : within(2, flag)(writer, number, value),
  ],
  type: [22, within(1, text)],
  items: [23, within(1, schema)],
  allOf: [24, listOf(schema)],
  properties: [25, pairsOf(schema)],
}

const queryTable: Table = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  format: [7, text],
  uniqueItems: [19, flag],
}
const pathTable: Table = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  format: [6, text],
  uniqueItems: [19, flag],
}
const bodyTable: Table = {
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, schema],
}

/** Parameter of a parameter item: a body, or one of the others by where it is. */
const parameter: Write = within(1, (writer, number, value) => {
  const place = (value as Json).in
  if (place === 'body')
    within(
      1,
      messageOf(() => bodyTable, 6),
    )(writer, number, value)
  else if (place === 'path')
    within(
      2,
      within(
        4,
        messageOf(() => pathTable, 22),
      ),
    )(writer, number, value)
  else
    within(
      2,
      within(
        3,
        messageOf(() => queryTable, 23),
      ),
    )(writer, number, value)
})

const responseTable: Table = { description: [1, text], schema: [2, within(1, schema)] }
const response: Write = within(
  1,
  messageOf(() => responseTable, 5),
)

const operationTable: Table = {
  tags: [1, listOf(text)],
  summary: [2, text],
  description: [3, text],
  operationId: [5, text],
  produces: [6, listOf(text)],
  consumes: [7, listOf(text)],
  parameters: [8, listOf(parameter)],
  responses: [9, pairsOf(response)],
  schemes: [10, listOf(text)],
  deprecated: [11, flag],
}
const operation: Write = messageOf(() => operationTable, 13)

const pathItemTable: Table = {
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  patch: [8, operation],
  parameters: [9, listOf(parameter)],
}

const infoTable: Table = { title: [1, text], version: [2, text], description: [3, text] }

const documentTable: Table = {
  swagger: [1, text],
  info: [2, messageOf(() => infoTable, 7)],
  host: [3, text],
  basePath: [4, text],
  consumes: [6, listOf(text)],
  produces: [7, listOf(text)],
  paths: [
    8,
    pairsOf(
      messageOf(() => pathItemTable, 10),
      2,
    ),
  ],
  definitions: [9, pairsOf(schema)],
}

/**
 * An OpenAPI v2 document in the protobuf form that kubectl up to 1.28 insists on (message `Document` of gnostic's
 * OpenAPIv2.proto). What the form has no place for is left out.
 */
export const openApiV2Protobuf = (document: Json): Uint8Array => encode(document, documentTable, 16).finish()
