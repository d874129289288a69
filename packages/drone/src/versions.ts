type Variables = Record<string, string>

const semver =
  /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/

export interface SemanticVersion {
  major: string
  minor: string
  patch: string
  prerelease: string
  build: string
}

/** Parts of `1.2.3-rc.1+5`, a leading `v` allowed. A sentence when it is no semantic version. */
export function parsedVersion(tag: string): SemanticVersion | string {
  const text = tag.replace(/^v/, '')
  const match = semver.exec(text)
  if (match) {
    const whole = (part: string) => BigInt(part).toString()
    const [, major, minor, patch, prerelease = '', build = ''] = match as unknown as string[]
    return { major: whole(major!), minor: whole(minor!), patch: whole(patch!), prerelease, build }
  }
  const core = text.split(/[-+]/, 1)[0]!
  if (core.split('.').length !== 3) return `${core} is not in dotted-tri format`
  return `${text} is no semantic version`
}

/** DRONE_SEMVER and its parts, or DRONE_SEMVER_ERROR. */
export function semanticVersion(tag: string): Variables {
  const version = parsedVersion(tag)
  if (typeof version === 'string') return { DRONE_SEMVER_ERROR: version }
  const { major, minor, patch, prerelease, build } = version
  const short = `${major}.${minor}.${patch}`
  return {
    DRONE_SEMVER: `${short}${prerelease && `-${prerelease}`}${build && `+${build}`}`,
    DRONE_SEMVER_MAJOR: major,
    DRONE_SEMVER_MINOR: minor,
    DRONE_SEMVER_PATCH: patch,
    ...(prerelease && { DRONE_SEMVER_PRERELEASE: prerelease }),
    ...(build && { DRONE_SEMVER_BUILD: build }),
    DRONE_SEMVER_SHORT: short,
  }
}

/** DRONE_CALVER and its parts, when the tag begins with something like a year. */
export function calendarVersion(tag: string): Variables {
  const [major = '', minor, ...rest] = tag.replace(/^v/, '').split('.')
  const isNumber = (part: string) => /^[-+]?\d+$/.test(part)
  if (minor === undefined || !isNumber(major) || !isNumber(minor) || !isYear(Number(major))) return {}
  const last = rest.join('.')
  const dash = last.indexOf('-')
  const micro = dash === -1 ? last : last.slice(0, dash)
  const modifier = dash === -1 ? '' : last.slice(dash + 1)
  const short = `${major}.${minor}${micro && `.${micro}`}`
  return {
    DRONE_CALVER: `${short}${modifier && `-${modifier}`}`,
    DRONE_CALVER_MAJOR_MINOR: `${major}.${minor}`,
    DRONE_CALVER_MAJOR: major,
    DRONE_CALVER_MINOR: minor,
    DRONE_CALVER_MICRO: micro,
    ...(modifier && { DRONE_CALVER_MODIFIER: modifier }),
    DRONE_CALVER_SHORT: short,
  }
}

const isYear = (year: number) => (year > 18 && year < 100) || (year > 2018 && year < 9999)
