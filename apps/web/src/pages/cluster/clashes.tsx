import { Radio, Text } from '@mantine/core'
import { clashKey } from '../../data/edit-object.ts'
import type { Clash, Side } from '../../data/three-way.ts'
import { yamlOf } from '../../data/yaml-text.ts'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'

interface Props {
  clashes: readonly Clash[]
  sides: Readonly<Record<string, Side>>
  onSide: (key: string, side: Side) => void
}

/** Fields two people changed: what it was, what each made of it, and whose stands. */
export function Clashes({ clashes, sides, onSide }: Props) {
  const { t } = useWords()
  return (
    <Section title={t('yaml.clash')}>
      {clashes.map(({ path, base, mine, theirs }) => {
        const key = clashKey(path)
        return (
          <Radio.Group
            key={key}
            label={path.join('.')}
            value={sides[key] ?? null}
            onChange={(value) => onSide(key, value as Side)}
            className="clash"
          >
            <div className="clash-sides">
              <div>
                <Text size="sm">{t('yaml.clashBefore')}</Text>
                <Value value={base} />
              </div>
              <div>
                <Radio value="mine" label={t('yaml.clashMine')} />
                <Value value={mine} />
              </div>
              <div>
                <Radio value="theirs" label={t('yaml.clashTheirs')} />
                <Value value={theirs} />
              </div>
            </div>
          </Radio.Group>
        )
      })}
    </Section>
  )
}

const Value = ({ value }: { value: unknown }) => (
  <pre className="clash-value">{value === undefined ? '—' : yamlOf(value).trimEnd()}</pre>
)
