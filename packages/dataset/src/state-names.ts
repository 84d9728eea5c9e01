/** The 25 robot states of 1X data v2.0, in column order. */
export const STATE_NAMES = [
  'HIP_YAW',
  'HIP_ROLL',
  'HIP_PITCH',
  'KNEE_PITCH',
  'ANKLE_ROLL',
  'ANKLE_PITCH',
  'LEFT_SHOULDER_PITCH',
  'LEFT_SHOULDER_ROLL',
  'LEFT_SHOULDER_YAW',
  'LEFT_ELBOW_PITCH',
  'LEFT_ELBOW_YAW',
  'LEFT_WRIST_PITCH',
  'LEFT_WRIST_ROLL',
  'RIGHT_SHOULDER_PITCH',
  'RIGHT_SHOULDER_ROLL',
  'RIGHT_SHOULDER_YAW',
  'RIGHT_ELBOW_PITCH',
  'RIGHT_ELBOW_YAW',
  'RIGHT_WRIST_PITCH',
  'RIGHT_WRIST_ROLL',
  'NECK_PITCH',
  'LEFT_HAND_CLOSURE',
  'RIGHT_HAND_CLOSURE',
  'LINEAR_VELOCITY',
  'ANGULAR_VELOCITY',
] as const;

export type StateName = (typeof STATE_NAMES)[number];

/** Numbers per frame. */
export const STATE_COUNT = STATE_NAMES.length;

/** Unit of a state: joints in radians, hands 0 (open) to 1 (closed), velocities per second. */
export function stateUnit(name: StateName): 'rad' | 'closure' | 'm/s' | 'rad/s' {
  if (name === 'LINEAR_VELOCITY') return 'm/s';
  if (name === 'ANGULAR_VELOCITY') return 'rad/s';
  return name.endsWith('HAND_CLOSURE') ? 'closure' : 'rad';
}
