// The update of AdamW (Loshchilov and Hutter 2019), in one pass over memory.
#pragma once

#include "kernels.h"
#include "norm.h"

namespace borealis::BOREALIS_ISA {

template <typename T>
void AdamW(const AdamWStep& step, const float* parameter, const float* first, const float* second, const T* gradient,
           float* newParameter, float* newFirst, float* newSecond, int64_t count) {
  const float perDeviation = 1.f / step.rootCorrection2;
  ForEachRegister(count, [&](int64_t i, int64_t lanes) {
    const Floats slope = Take(gradient + i, lanes) * step.gradientScale;
    const Floats m = Take(first + i, lanes) * step.beta1 + slope * (1.f - step.beta1);
    const Floats v = Take(second + i, lanes) * step.beta2 + slope * slope * (1.f - step.beta2);
    const Floats deviation = Sqrt(v) * perDeviation + step.eps;
    const Floats moved = Take(parameter + i, lanes) * step.kept - step.stepSize * m / deviation;
    Put(newFirst + i, m, lanes);
    Put(newSecond + i, v, lanes);
    Put(newParameter + i, moved, lanes);
  });
}

}  // namespace borealis::BOREALIS_ISA
