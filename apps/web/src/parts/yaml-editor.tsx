import {
  autocompletion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, forceLinting, linter, lintGutter, lintKeymap } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { problemsIn } from '../data/check-object.ts'
import { type FieldHelp, helpAt, suggestionsAt } from '../data/complete-yaml.ts'
import { type ApiKind, kindOf } from '../data/discovery.ts'
import { editorPhrases } from '../data/editor-phrases.ts'
import { schemaOf } from '../data/open-api.ts'
import { partsOf } from '../data/yaml-text.ts'
import { useWords } from './language.tsx'
import './yaml-editor.css'

/** Something the server said about a place of the text. */
export interface Mark {
  from: number
  to: number
  message: string
}

interface Props {
  value: string
  onChange?: (value: string) => void
  label: string
  kinds: readonly ApiKind[]
  /** Shown beside what the schema says. */
  marks?: readonly Mark[]
  isReadOnly?: boolean
  /** CSS; default `min(68vh, 720px)`. */
  height?: string
}

const reachFor = (kinds: readonly ApiKind[]) => ({ kinds, schema: schemaOf })

/**
 * YAML of Kubernetes objects with the cluster's own schemas: fields and values are offered, the field under the pointer is
 * explained, mistakes are marked where they are.
 */
export function YamlEditor({ value, onChange, label, kinds, marks = none, isReadOnly = false, height }: Props) {
  const { t, language } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const now = useRef({ onChange, kinds, marks, t, value })
  now.current = { onChange, kinds, marks, t, value }
  const editable = useRef(new Compartment())

  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes is read through `now`
  useEffect(() => {
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: now.current.value,
        extensions: [
          ...looks,
          ...typing,
          EditorState.phrases.of(editorPhrases[language]),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', translate: 'no', tabindex: '0' }),
          editable.current.of(editing(isReadOnly)),
          autocompletion({
            override: [(context) => complete(context, now.current.kinds, now.current.t)],
          }),
          hoverTooltip(async (editor, offset) => {
            const help = await helpAt(editor.state.doc.toString(), offset, reachFor(now.current.kinds))
            return help ? { pos: offset, above: true, create: () => ({ dom: helpElement(help, now.current.t) }) } : null
          }),
          linter(
            async (editor) => {
              const { kinds, marks, t } = now.current
              return [...(await lint(editor.state.doc.toString(), kinds, t)), ...marks.map(asDiagnostic(editor))]
            },
            { delay: 350 },
          ),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.onChange?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => {
      editor.destroy()
      view.current = undefined
    }
  }, [language, label])

  useEffect(() => {
    view.current?.dispatch({ effects: editable.current.reconfigure(editing(isReadOnly)) })
  }, [isReadOnly])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  // biome-ignore lint/correctness/useExhaustiveDependencies: new marks or kinds say something new about the same text
  useEffect(() => {
    if (view.current) forceLinting(view.current)
  }, [marks, kinds])

  return (
    <div>
      <div ref={box} className="yaml-editor" style={{ height: height ?? 'min(68vh, 720px)' }} />
      {!isReadOnly && <p className="yaml-keys">{t('yaml.keys')}</p>}
    </div>
  )
}

type Translate = ReturnType<typeof useWords>['t']

const none: readonly Mark[] = []

const looks: Extension[] = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  foldGutter(),
  lintGutter(),
  drawSelection(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  syntaxHighlighting(classHighlighter),
  EditorView.lineWrapping,
]

const typing: Extension[] = [
  yaml(),
  history(),
  indentOnInput(),
  closeBrackets(),
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...lintKeymap,
    ...defaultKeymap,
    indentWithTab,
  ]),
]

const editing = (isReadOnly: boolean): Extension => [EditorState.readOnly.of(isReadOnly)]

const asDiagnostic =
  (editor: EditorView) =>
  ({ from, to, message }: Mark): Diagnostic => {
    const end = editor.state.doc.length
    return { from: Math.min(from, end), to: Math.min(to, end), severity: 'error', message }
  }

async function complete(context: CompletionContext, kinds: readonly ApiKind[], t: Translate) {
  const before = context.matchBefore(/\S*$/)
  if (!context.explicit && before?.text === '') return null
  const found = await suggestionsAt(context.state.doc.toString(), context.pos, reachFor(kinds))
  if (!found || found.items.length === 0 || context.aborted) return null
  return {
    from: found.from,
    validFor: /^[\w./-]*$/,
    options: found.items.map(({ label, detail, info, insert, isRequired, isDefault }) => ({
      label,
      apply: insert,
      boost: isRequired || isDefault ? 10 : 0,
      ...(detail && { detail: isRequired ? `${detail} · ${t('schema.requiredWord')}` : detail }),
      ...(isDefault && { detail: t('schema.defaultWord') }),
      ...(info && { info: () => textElement('yaml-info', info) }),
    })),
  }
}

/** What is wrong with a text as YAML and by the schemas of its documents. */
async function lint(text: string, kinds: readonly ApiKind[], t: Translate): Promise<Diagnostic[]> {
  const all = await Promise.all(
    partsOf(text).map(async ({ object, mistakes, rangeOf }): Promise<Diagnostic[]> => {
      if (mistakes.length > 0)
        return mistakes.map(({ from, to, message }) => ({ from, to, message, severity: 'error' }))
      if (!object) return []
      const { apiVersion, kind } = object
      const known = kindOf(kinds, object)
      if (!known)
        return apiVersion && kind && kinds.length > 0
          ? [{ ...rangeOf(['kind']), severity: 'warning', message: t('yaml.noKind', { apiVersion, kind }) }]
          : []
      const schema = await schemaOf(known)
      if (!schema) return []
      return problemsIn(object, schema).map(({ path, said, isKey }) => ({
        ...rangeOf(path, isKey ?? said.key === 'schema.required'),
        severity: 'error',
        message: `${path.join('.')}: ${t(said.key, said.values)}`,
      }))
    }),
  )
  return all.flat()
}

function helpElement({ path, type, description, values, isRequired, default: usual }: FieldHelp, t: Translate) {
  const box = document.createElement('div')
  box.className = 'yaml-help'
  const words = [path, type, ...(isRequired ? [t('schema.requiredWord')] : [])]
  box.append(textElement('yaml-help-head', words.join('  ')))
  if (values) box.append(textElement('yaml-help-values', values.join(' | ')))
  if (usual) box.append(textElement('yaml-help-values', `${t('schema.defaultWord')}: ${usual}`))
  if (description) box.append(textElement('yaml-info', description))
  return box
}

function textElement(className: string, text: string): HTMLElement {
  const element = document.createElement('div')
  element.className = className
  element.textContent = text
  return element
}
