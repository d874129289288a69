/** What Kubernetes demands of names. Each function answers what is wrong, in upstream's words; nothing when all is well. */

const withExamples = (message: string, pattern: string, ...examples: string[]) =>
  `${message} (${examples.length ? 'e.g. ' : ''}${examples.map((one) => `'${one}', `).join(' or ')}regex used for validation is '${pattern}')`

const tooLong = (max: number) => `must be no more than ${max} characters`

const checker = (pattern: string, max: number, message: string, ...examples: string[]) => {
  const whole = new RegExp(`^(?:${pattern})$`)
  const text = withExamples(message, pattern, ...examples)
  return (name: string): string[] => {
    const problems: string[] = []
    if (name.length > max) problems.push(tooLong(max))
    if (!whole.test(name)) problems.push(text)
    return problems
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const qualifiedMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const qualifiedExamples = ['MyName', 'my.name', '123-abc']

/** Namespaces, containers, volumes: 63 of `a-z0-9-`. */
export const dnsLabelProblems = checker(
  label,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
)

/** Most objects' names: labels joined by dots, 253 in all. */
export const dnsSubdomainProblems = checker(
  subdomain,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
)

/** Services: like a label, but starts with a letter. */
export const dns1035LabelProblems = checker(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
)

/** `*.example.com`. */
export const wildcardSubdomainProblems = checker(
  `\\*\\.${subdomain}`,
  253,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
)

export const labelValueProblems = checker(
  `(${qualified})?`,
  63,
  `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
  'MyValue',
  'my_value',
  '12345',
)

export const headerNameProblems = checker(
  '[-A-Za-z0-9]+',
  Number.POSITIVE_INFINITY,
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  'X-Header-Name',
)

const longestPart = 63
const namePart = checker(qualified, longestPart, qualifiedMessage, ...qualifiedExamples)
const wellFormed = new RegExp(`^(?:${subdomain}/)?${qualified}$`)

/** Label and annotation keys, resource names, condition types: `name` or `example.com/name`. */
export function qualifiedNameProblems(name: string): string[] {
  // Nearly all are: no part of a short one is too long.
  if (name.length <= longestPart && wellFormed.test(name)) return []
  const parts = name.split('/')
  if (parts.length > 2)
    return [
      `a qualified name ${withExamples(qualifiedMessage, qualified, ...qualifiedExamples)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  const own = parts.at(-1)!
  const prefix = parts.length === 2 ? parts[0]! : undefined
  return [
    ...(prefix === undefined
      ? []
      : prefix === ''
        ? ['prefix part must be non-empty']
        : dnsSubdomainProblems(prefix).map((one) => `prefix part ${one}`)),
    ...(own === '' ? ['name part must be non-empty'] : []),
    ...namePart(own).map((one) => `name part ${one}`),
  ]
}

/** Since Kubernetes 1.34 anything printable but `=`. */
export function envNameProblems(name: string): string[] {
  if (name === '') return ['environment variable name must not be empty']
  return /^[ -<>-~]+$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

const configKey = checker(
  '[-._a-zA-Z0-9]+',
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
)

/** Keys of ConfigMaps and Secrets become file names. */
export function configKeyProblems(name: string): string[] {
  const dots =
    name === '.'
      ? ["must not be '.'"]
      : name === '..'
        ? ["must not be '..'"]
        : name.startsWith('..')
          ? ["must not start with '..'"]
          : []
  return [...configKey(name), ...dots]
}

/** Names of container and service ports, as IANA wants them. */
export function portNameProblems(name: string): string[] {
  return [
    name.length > 15 && tooLong(15),
    !/^[-a-z0-9]+$/.test(name) && 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    !/[a-z]/.test(name) && 'must contain at least one letter (a-z)',
    name.includes('--') && 'must not contain consecutive hyphens',
    /^-|-$/.test(name) && 'must not begin or end with a hyphen',
  ].filter((one) => one !== false)
}

export const portNumberProblems = (port: unknown): string[] =>
  Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65535
    ? []
    : ['must be between 1 and 65535, inclusive']

/** `generateName` ends where the random suffix begins: a trailing dash is fine there. */
export const asPrefix = (prefix: string) =>
  prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix
