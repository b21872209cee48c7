import { DeleteOutlined, EditOutlined } from '@ant-design/icons';
import { Button, Tag, Tooltip } from 'antd';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { fieldErrorText } from './field-errors.ts';
import { errorsBelow } from './simulation-api.ts';
import { CLASS_COLORS } from './step-view.tsx';
import type { StoryLine } from './steps.ts';

interface Props {
  lines: readonly StoryLine[];
  /** the refusal of the whole, to mark the event it is about */
  error: unknown;
  selected: number;
  onSelect(index: number): void;
  onEdit(eventIndex: number): void;
  onRemove(eventIndex: number): void;
}

/** What happens to the loan, one line after the other, each with how late it leaves the loan and in which class. */
export function Story({ lines, error, selected, onSelect, onEdit, onRemove }: Props) {
  const i18n = useI18n();
  const { t, code } = i18n;
  return (
    <ol className="story" data-testid="story">
      {lines.map(({ type, on, amountFen, eventIndex, step }, index) => {
        const errors = eventIndex === undefined ? [] : errorsBelow(error, `/events/${eventIndex}`);
        return (
          <li
            key={`${index} ${type} ${on}`}
            className={index === selected ? 'story-line story-selected' : 'story-line'}
          >
            <button
              type="button"
              className="story-main"
              aria-current={index === selected ? 'step' : undefined}
              disabled={step === undefined}
              onClick={() => onSelect(index)}
            >
              <span className="story-day">{on}</span>
              <span>
                <strong>{code('event', type)}</strong>
                {amountFen !== undefined && ` ${yuan(amountFen)}`}
              </span>
              {step !== undefined && (
                <span className="story-tags">
                  <Tag color={step.ageing.bucket === 'M0' ? 'green' : 'orange'}>{step.ageing.bucket}</Tag>
                  <Tag color={CLASS_COLORS[step.classification.assetClass]}>
                    {code('assetClass', step.classification.assetClass)}
                  </Tag>
                  {step.status !== 'ACTIVE' && <Tag>{code('loanStatus', step.status)}</Tag>}
                </span>
              )}
              {errors.map((each) => (
                <span key={`${each.pointer} ${each.code}`} className="field-error">
                  {fieldErrorText(each, i18n)}
                </span>
              ))}
            </button>
            {eventIndex !== undefined && (
              <span className="story-actions">
                <Tooltip title={t('simulation.editEvent')}>
                  <Button
                    type="text"
                    size="small"
                    icon={<EditOutlined />}
                    aria-label={t('simulation.editEvent')}
                    onClick={() => onEdit(eventIndex)}
                  />
                </Tooltip>
                <Tooltip title={t('simulation.removeEvent')}>
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={t('simulation.removeEvent')}
                    onClick={() => onRemove(eventIndex)}
                  />
                </Tooltip>
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
