import { Table, Tag } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import { OUTCOME_COLORS } from '../theme.ts';

interface Step {
  rule: string;
  result: string;
  inputs: Record<string, string | number | boolean | null>;
  limit: string | number | null;
}

const COLORS: Readonly<Record<string, string | undefined>> = {
  pass: OUTCOME_COLORS['APPROVED'],
  refer: OUTCOME_COLORS['REFERRED'],
  decline: OUTCOME_COLORS['DECLINED'],
};

/** Every rule in the order it was asked, with what it saw, its limit and its answer. */
export function RuleTrace({ trace, name }: { trace: readonly Step[]; name(code: string): string }) {
  const { t, code } = useI18n();
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={(step) => step.rule}
      dataSource={[...trace]}
      columns={[
        { title: t('application.rule'), dataIndex: 'rule', width: 220, render: (rule: string) => name(rule) },
        {
          title: t('application.result'),
          dataIndex: 'result',
          width: 96,
          render: (result: string) => <Tag color={COLORS[result]}>{code('trace', result)}</Tag>,
        },
        {
          title: t('application.limit'),
          dataIndex: 'limit',
          width: 120,
          align: 'right',
          className: 'code',
          render: (limit: Step['limit']) => limit ?? t('common.none'),
        },
        {
          title: t('application.inputs'),
          dataIndex: 'inputs',
          className: 'code',
          render: (inputs: Step['inputs']) =>
            Object.entries(inputs)
              .map(([input, value]) => `${input}=${value ?? 'null'}`)
              .join('  ') || t('common.none'),
        },
      ]}
    />
  );
}
