/** Names that become part of addresses: lower case, digits and dashes, starting with a letter. */
export const nameRule = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

/** Names of Kubernetes objects that need not be one label: as host names are. */
export const objectNameRule = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** A name made from whatever something is called: `My Shop.git` → `my-shop`. */
export const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\.git$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
