/** A state's last channels are velocities, linear and angular (`STATE_NAMES` of @borealis/dataset); the others are positions. */
export const VELOCITIES = 2;
