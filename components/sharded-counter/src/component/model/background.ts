/**
 * Whether additions schedule background work now and then. Off in users' tests: a job drawn at random
 * would outlive the one test in a hundred that happened to draw it.
 */
export const background = { isOn: true };
