import { useId, type ReactNode } from "react";

/** How many, and the button that goes with it. */
export function CountSlider({
  label,
  value,
  onChange,
  min = 1,
  max,
  step = 1,
  children,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max: number;
  step?: number;
  /** The form's button. */
  children: ReactNode;
}) {
  const inputId = useId();
  return (
    <>
      <label htmlFor={inputId}>{label}</label>
      <div className="form-row">
        <input
          id={inputId}
          type="range"
          min={min}
          max={max}
          step={step}
          value={value}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
        {children}
      </div>
    </>
  );
}
