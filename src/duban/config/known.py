"""What the register and the figures know already: a data request that asks for it is refused and led to the page."""

from django.utils.translation import gettext_lazy as _

from duban.burden.known import Known

KNOWN = (
    Known(
        "organisation.member_count",
        _("Members of each unit"),
        "organisation:units",
        (("党员", "人数"), ("党员数",), ("党员", "统计"), ("党员", "多少"), ("党员", "花名册")),
    ),
    Known(
        "organisation.name",
        _("Names and kinds of all units"),
        "organisation:units",
        (("单位", "名录"), ("单位", "名单"), ("机构", "设置"), ("党组织", "数量"), ("支部", "数量"), ("支部", "名册")),
    ),
    Known(
        "organisation.principal",
        _("Principals, deputies and liaisons of each unit"),
        "organisation:units",
        (("负责人", "名单"), ("负责同志", "名单"), ("书记", "名单"), ("联络员", "名单"), ("班子成员", "名单")),
    ),
    Known(
        "tasks",
        _("How far each unit's items are"),
        "portal:units",
        (
            ("任务", "进度"),
            ("任务", "进展"),
            ("任务", "完成情况"),
            ("督办", "进展"),
            ("签收", "情况"),
            ("办结", "情况"),
            ("逾期", "事项"),
            ("工作", "进度", "表"),
        ),
    ),
)
