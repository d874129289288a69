/** Labels every object of an app carries; selectors and lists use them. */
export const projectLabel = 'sampan.dev/project'
export const environmentLabel = 'sampan.dev/environment'
export const appLabel = 'sampan.dev/app'
/**
 * On objects: the release they were applied by. On pods: the release that last changed the pod template, so that a
 * release that only scales restarts nothing.
 */
export const releaseLabel = 'sampan.dev/release'
/** On namespaces: `home` (where Apps and Releases live) or `environment` (where pods run). */
export const namespaceRoleLabel = 'sampan.dev/namespace'

/** On Apps: who changed the parameters last. */
export const changedByAnnotation = 'sampan.dev/changed-by'

/** Field manager of what a release applies. */
export const releaseManager = 'sampan-release'
