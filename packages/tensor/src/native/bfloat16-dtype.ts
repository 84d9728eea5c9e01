/** TF_DataType of bfloat16, which tfjs-node's addon has no name for. */
export const TF_BFLOAT16 = 14;
