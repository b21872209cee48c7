import { PlusOutlined, SettingOutlined } from '@ant-design/icons';
import { Alert, Button, Select, Spin } from 'antd';
import { useMemo, useState } from 'react';
import { DayInput } from '../components/amount-inputs.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { EventDialog, ProblemList } from './event-dialog.tsx';
import type { Choices } from './event-fields.tsx';
import { problemLines } from './field-errors.ts';
import { ServicingDialog } from './servicing-dialog.tsx';
import { errorsBelow, simulate, type EventForm, type Outcome, type SimulationForm } from './simulation-api.ts';
import { StepView } from './step-view.tsx';
import { Story } from './story.tsx';
import { eventId, storyOf, withEvent } from './steps.ts';

/** Movements no later event is about. */
const OF_THE_BOOKS: ReadonlySet<string> = new Set([
  'DISBURSEMENT',
  'ACCRUAL',
  'ACCRUAL_CORRECTION',
  'NON_ACCRUAL',
  'RETURN_TO_ACCRUAL',
]);

interface Props {
  form: SimulationForm;
  channel: string | undefined;
  outcome: Outcome;
  busy: boolean;
  onChange(form: SimulationForm, outcome: Outcome): void;
}

/** What becomes of the loan: the events on the left, the loan after the chosen one on the right. */
export function Scenario({ form, channel, outcome, busy, onChange }: Props) {
  const i18n = useI18n();
  const { t, code } = i18n;
  const [chosen, setChosen] = useState<number>();
  const [edited, setEdited] = useState<number | 'new'>();
  const [rules, setRules] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const lines = useMemo(() => storyOf(form, outcome.steps), [form, outcome.steps]);
  const selected = Math.min(chosen ?? lines.length - 1, lines.length - 1);

  async function attempt(next: SimulationForm): Promise<Outcome> {
    setWaiting(true);
    const result = await simulate(next, channel);
    setWaiting(false);
    return result;
  }
  const change = async (next: SimulationForm): Promise<void> => onChange(next, await attempt(next));

  /** Takes the event over unless the hub has something against the event itself; what it makes of later events is shown at them. */
  async function save(event: EventForm): Promise<{ error?: unknown; index: number }> {
    const at = typeof edited === 'number' ? edited : undefined;
    const { events, index } = withEvent(
      form.events,
      at === undefined ? { ...event, id: eventId(event, form.events) } : event,
      at,
    );
    const result = await attempt({ ...form, events });
    if (
      result.error !== undefined &&
      (errorsBelow(result.error, `/events/${index}`).length > 0 || errorsBelow(result.error, '/events').length === 0)
    )
      return { error: result.error, index };
    onChange({ ...form, events }, result);
    setEdited(undefined);
    setChosen(storyOf({ ...form, events }, result.steps).findIndex(({ eventIndex }) => eventIndex === index));
    return { index };
  }

  async function saveRules(servicing: NonNullable<SimulationForm['servicing']>): Promise<unknown> {
    const next = { ...form, servicing };
    const result = await attempt(next);
    if (errorsBelow(result.error, '/servicing').length > 0) return result.error;
    onChange(next, result);
    setRules(false);
    return undefined;
  }

  const editedLine =
    typeof edited === 'number' ? lines.findIndex(({ eventIndex }) => eventIndex === edited) : lines.length;
  const before = lines
    .slice(0, Math.max(editedLine, 0))
    .findLast(({ step, eventIndex }) => step !== undefined && (eventIndex !== undefined || step.n === 1))?.step;
  const choices: Choices = {
    transactions: (outcome.steps ?? [])
      .filter(({ n }) => n <= (before?.n ?? 0))
      .flatMap(({ transactions }) => transactions)
      .filter(
        ({ id, kind }, index, all) => !OF_THE_BOOKS.has(kind) && all.findLastIndex((each) => each.id === id) === index,
      ),
    charges: before?.charges ?? [],
    schedule: before?.schedule ?? [],
  };
  const initial: Partial<EventForm> =
    typeof edited === 'number'
      ? form.events[edited]!
      : { type: 'PAY', on: before?.schedule.find(({ outstandingFen }) => outstandingFen > 0)?.dueOn };

  return (
    <section className="panel" data-testid="scenario">
      <h2>
        {t('simulation.scenario')} <small>{t('simulation.scenarioHint')}</small>
      </h2>
      <div className="scenario">
        <div className="scenario-side">
          <div className="scenario-tools">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>
              {t('simulation.addEvent')}
            </Button>
            <Button icon={<SettingOutlined />} onClick={() => setRules(true)}>
              {t('simulation.servicing')}
            </Button>
          </div>
          <Story
            lines={lines}
            error={outcome.error}
            selected={selected}
            onSelect={setChosen}
            onEdit={setEdited}
            onRemove={(index) => void change({ ...form, events: form.events.filter((_, at) => at !== index) })}
          />
          <label className="scenario-option">
            <span>{t('simulation.goesOnTo')}</span>
            <DayInput value={form.until} onChange={(until) => void change({ ...form, until })} />
          </label>
          <label className="scenario-option">
            <span>{t('simulation.dayEnds')}</span>
            <Select
              value={form.dayEnds ?? 'MONTHLY'}
              options={(['MONTHLY', 'DAILY', 'NONE'] as const).map((value) => ({
                value,
                label: code('dayEnds', value),
              }))}
              onChange={(dayEnds) => void change({ ...form, dayEnds })}
            />
          </label>
        </div>
        <div className="scenario-main">
          <Spin spinning={waiting || busy}>
            {outcome.error !== undefined && (
              <Alert
                type="error"
                showIcon
                role="alert"
                title={t('simulation.refused')}
                description={<ProblemList lines={problemLines(outcome.error, i18n)} />}
              />
            )}
            {outcome.steps !== undefined && <StepView steps={outcome.steps} index={selected} />}
          </Spin>
        </div>
      </div>
      {edited !== undefined && (
        <EventDialog
          key={String(edited)}
          event={initial}
          isNew={edited === 'new'}
          before={before}
          choices={choices}
          onClose={() => setEdited(undefined)}
          onSave={save}
        />
      )}
      {rules && <ServicingDialog servicing={form.servicing} onClose={() => setRules(false)} onSave={saveRules} />}
    </section>
  );
}
