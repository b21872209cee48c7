import { Tag, Timeline } from 'antd';
import { instant, yuan } from '../components/format.ts';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { TaskRecord } from './review-api.ts';

/** Everything that was done with a case, the latest first; what was refused as well. */
export function CaseLog({ record }: { record: TaskRecord }) {
  const { t, code } = useI18n();
  const name = useDictionary();
  const queues = new Map(record.tasks.map(({ taskId, queue }) => [taskId, queue]));
  const items = record.record.map((entry) => ({
    color: entry.refusal === null ? 'blue' : 'gray',
    content: (
      <>
        <div>
          <strong>{code('action', entry.action)}</strong> <span>{code('actor', entry.actor)}</span>{' '}
          <span className="muted">
            {code('queue', queues.get(entry.taskId) ?? '')} · {instant(entry.at)}
          </span>{' '}
          {entry.refusal !== null && <Tag>{t('review.refused', { why: code('error', entry.refusal) })}</Tag>}
        </div>
        {entry.decision !== null && (
          <div>
            {code('status', entry.decision.outcome)}
            {entry.decision.outcome === 'APPROVED'
              ? ` ${yuan(entry.decision.amountFen)} ${t('common.yuan')} · ${t('application.months', { count: entry.decision.termMonths ?? 0 })}`
              : ` ${entry.decision.reasonCodes.map(name).join('、')}`}
          </div>
        )}
        {entry.document !== null && (
          <div>
            {code('document', entry.document.kind)} {entry.document.name}{' '}
            <span className="code">{entry.document.reference}</span>
          </div>
        )}
        {entry.text !== null && <div className="wrap">{entry.text}</div>}
      </>
    ),
  }));
  return <Timeline items={items.reverse()} />;
}
