import { goRecipe } from './go.ts'
import { nodeRecipe } from './node.ts'
import { phpRecipe } from './php.ts'
import { pythonRecipe } from './python.ts'
import type { Recipe, Source } from './source.ts'
import { staticRecipe } from './static-site.ts'

/** What a repository without a Dockerfile may have, in the words of the sentence that lists it. */
export const lookedFor =
  'go.mod (Go), composer.json or index.php (PHP), requirements.txt, pyproject.toml or app.py (Python), package.json or server.js (Node), index.html (static files)'

/**
 * The stack a repository is made for, or undefined. The order matters where a repository has files of several: assets of
 * a Go, PHP or Python app are often made with npm, so Node comes after them, and a page alone comes last.
 */
export const detectStack = (source: Source): Recipe | undefined =>
  goRecipe(source) ?? phpRecipe(source) ?? pythonRecipe(source) ?? nodeRecipe(source) ?? staticRecipe(source)
