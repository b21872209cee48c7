import { useEffect, useRef } from 'react';
import { init, type EChartsType } from './echarts.ts';
import type { ChartOption } from './option.ts';

interface Props {
  option: ChartOption;
  label: string;
  /** Index of the row behind what was clicked. */
  onSelect?: (row: number) => void;
}

/** One chart as SVG that fills its frame and follows its size. */
export default function Chart({ option, label, onSelect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const select = useRef(onSelect);
  select.current = onSelect;

  useEffect(() => {
    if (frame.current === null) return undefined;
    const instance = init(frame.current, undefined, { renderer: 'svg' });
    chart.current = instance;
    instance.on('click', (event) => {
      const data = event.data as { row?: number } | undefined;
      select.current?.(data?.row ?? event.dataIndex);
    });
    const observer = new ResizeObserver(() => instance.resize());
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      instance.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option as Parameters<EChartsType['setOption']>[0], { notMerge: true });
  }, [option]);

  return (
    <div
      ref={frame}
      className={onSelect === undefined ? 'chart' : 'chart chart-clickable'}
      role="img"
      aria-label={label}
    />
  );
}
