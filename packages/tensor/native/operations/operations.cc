// Our own operations, registered with TensorFlow when the addon is loaded. They run on the CPU; on a GPU the same
// functions are composed of TensorFlow's.
#include "activation.h"
#include "adamw.h"
#include "attention.h"
#include "collective_mark.h"
#include "column_sums.h"
#include "cross_entropy.h"
#include "gated_add.h"
#include "low_rank_add.h"
#include "norm.h"
#include "rotary.h"
#include "sum_of_squares.h"
#include "top_k.h"
